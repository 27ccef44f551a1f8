using Mana.Kernel.Errors;
using Mana.Payments.Contracts;
using Microsoft.AspNetCore.Http;

namespace Mana.Payments.Webhooks;

/// <summary>Answers of commerce.md 7.5 and 7.6.</summary>
internal static class WebhookHandler
{
    public const int LargestBody = 1 << 20;

    static readonly ApiError MissingSignature = new(400, "Missing signature", "Missing signature") { Code = "validation_failed" };
    static readonly ApiError InvalidSignature = new(400, "Invalid signature", "Invalid signature") { Code = "validation_failed" };
    static readonly ApiError Unreadable = new(400, "validation_failed", "The body is not an event");
    static readonly ApiError OtherMode = new(400, "validation_failed", "The event belongs to the other mode");
    static readonly ApiError NotHandled = new(500, "internal", "The event is stored but could not be handled yet");

    /// <summary>The bytes are read as they came, whatever their content type says: the signature is over them.</summary>
    public static async Task<IResult> ReceiveAsync(HttpContext context, WebhookReceiver receiver, CancellationToken cancellationToken)
    {
        if (await BodyAsync(context.Request, cancellationToken) is not { } body)
            return Refusals.BodyTooLarge;
        return await receiver.ReceiveAsync(context.Request.Headers["Stripe-Signature"].ToString(), body, cancellationToken) switch
        {
            Reception.Received => Results.Ok(new { received = true }),
            Reception.Duplicate => Results.Ok(new { received = true, duplicate = true }),
            Reception.NotConfigured => StripeRefusals.NotConfigured,
            Reception.MissingSignature => MissingSignature,
            Reception.InvalidSignature => InvalidSignature,
            Reception.Unreadable => Unreadable,
            Reception.OtherMode => OtherMode,
            Reception.NotHandled => NotHandled,
        };
    }

    static async Task<ReadOnlyMemory<byte>?> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody)
            return null;
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (await request.Body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (body.Length + read > LargestBody)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
