using Mana.Payments.Api;
using Mana.Payments.Contracts;
using Mana.Payments.Inbox;
using Microsoft.Extensions.Logging;

namespace Mana.Payments.Webhooks;

/// <summary>What becomes of a delivery.</summary>
internal enum Reception
{
    Received,
    Duplicate,
    NotConfigured,
    MissingSignature,
    InvalidSignature,

    /// <summary>The signature is right and the body is no event.</summary>
    Unreadable,
    OtherMode,

    /// <summary>Only with <see cref="StripeOptions.ProcessInline"/>: stored, but not handled yet.</summary>
    NotHandled,
}

/// <summary>Takes deliveries of Stripe: looks at the signature, stores the event once, and leaves the rest to the inbox (commerce.md 7.6).</summary>
internal sealed class WebhookReceiver(
    StripeOptions options, InboxStore store, InboxDispatcher inbox, TimeProvider time, PaymentsMetrics metrics, ILogger<WebhookReceiver> log)
{
    public async Task<Reception> ReceiveAsync(string? signature, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!options.CanCall || options.WebhookSecrets.Count == 0)
            return Reception.NotConfigured;
        if (string.IsNullOrEmpty(signature))
        {
            metrics.SignatureFailed();
            return Reception.MissingSignature;
        }

        if (!WebhookSignature.IsValid(signature, body.Span, options.WebhookSecrets, time.GetUtcNow()))
        {
            metrics.SignatureFailed();
            log.LogWarning("A webhook with a wrong signature was refused");
            return Reception.InvalidSignature;
        }

        if (StripeEventReader.TryRead(body) is not { } happened)
            return Reception.Unreadable;
        if (happened.Livemode != ((IStripeAvailability)options).Livemode)
        {
            log.LogWarning("Event {Event} belongs to the other mode of Stripe", happened.Id);
            return Reception.OtherMode;
        }

        return await StoreAsync(happened, cancellationToken);
    }

    async Task<Reception> StoreAsync(StripeEventRecord happened, CancellationToken cancellationToken)
    {
        var fresh = await store.AddAsync([happened], "webhook", cancellationToken) == 1;
        if (!options.ProcessInline)
            return fresh ? Reception.Received : Reception.Duplicate;
        await inbox.DrainAsync(cancellationToken);
        return await store.IsPendingAsync(happened.Id, cancellationToken) ? Reception.NotHandled : fresh ? Reception.Received : Reception.Duplicate;
    }
}
