using Mana.Auth.Contracts;
using Mana.Payments.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Payments.Inbox;

/// <summary>One event through its handlers: fetch the object, find the person, ask each handler that is not done with it, and say how the event goes on.</summary>
internal sealed class EventHandling(
    CurrentObjects objects, StripeSubscribers subscribers, IStripeAvailability stripe, IStripeCustomers customers, IErasedUsers erased, IServiceScopeFactory scopes,
    TimeProvider time, PaymentsMetrics metrics, ILogger<EventHandling> log)
{
    public const int MaxAttempts = 12;

    public async Task<EventState> HandleAsync(ClaimedEvent claimed, CancellationToken cancellationToken)
    {
        EventState state;
        try
        {
            state = await StateAsync(claimed, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // One event must not keep the others from their turn.
            log.LogError(failure, "Event {Event} {Type} could not be handled", claimed.Id, claimed.Type);
            state = Again(claimed, failure.GetType().Name);
        }

        var outcome = state.Outcome ?? "retry";
        metrics.Processed(subscribers.Label(claimed.Type), outcome);
        if (state.Status is "quarantined" or "dead")
        {
            metrics.ParkedOne(outcome);
            log.LogError("Event {Event} {Type} is {Status}: {Reason}", claimed.Id, claimed.Type, state.Status, state.Error);
        }

        return state;
    }

    async Task<EventState> StateAsync(ClaimedEvent claimed, CancellationToken cancellationToken)
    {
        if (claimed.ObjectId is not { } id || await objects.FetchAsync(claimed.ObjectType, id, cancellationToken) is not { } fetched)
            return Over(claimed, "ignored_type");
        return fetched switch
        {
            StripeResult<StripeObject>.Ok ok when ok.Value.Livemode is { } mode && mode != stripe.Livemode => Parked(claimed, "livemode_mismatch"),
            StripeResult<StripeObject>.Ok ok => await AskAsync(claimed, ok.Value, cancellationToken),
            StripeResult<StripeObject>.NotFound => Parked(claimed, "object_gone"),
            // Nothing is wrong with the event: it waits for Stripe for as long as that takes, and no attempt is counted.
            StripeResult<StripeObject>.Unavailable unavailable => Wait(claimed, unavailable.Reason),
            StripeResult<StripeObject>.NotConfigured => Wait(claimed, "not_configured"),
            _ => Again(claimed, "refused"),
        };
    }

    async Task<EventState> AskAsync(ClaimedEvent claimed, StripeObject current, CancellationToken cancellationToken)
    {
        var happening = new StripeHappening(claimed.Id, claimed.Type, claimed.StripeCreated, current, await UserAsync(current, cancellationToken), claimed.Attempts + 1);
        StripeOutcome.Retry? retry = null;
        foreach (var subscriber in subscribers.Of(claimed.Type).Where(subscriber => !claimed.Answers.Has(subscriber.Name)))
        {
            var outcome = await AskAsync(subscriber, happening, cancellationToken);
            if (outcome is StripeOutcome.Retry again)
                retry ??= again;
            else
                claimed.Answers.Add(subscriber.Name, outcome);
        }

        return retry is not null ? Again(claimed, retry.Reason) : claimed.Answers.Sum switch
        {
            StripeOutcome.Parked parked => Parked(claimed, parked.Reason),
            StripeOutcome.Applied => Over(claimed, "applied"),
            StripeOutcome.Unchanged => Over(claimed, "noop"),
            _ => Over(claimed, "ignored_foreign"),
        };
    }

    async Task<StripeOutcome> AskAsync(StripeSubscriber subscriber, StripeHappening happening, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return await subscriber.Resolve(scope.ServiceProvider).HandleAsync(happening, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning(failure, "Handler {Handler} failed on {Type} {Event}, attempt {Attempt}", subscriber.Name, happening.Type, happening.EventId, happening.Attempt);
            return new StripeOutcome.Retry(failure.GetType().Name);
        }
    }

    /// <summary>An erased person is nobody: what still belongs to them is found by its own ids.</summary>
    async Task<string?> UserAsync(StripeObject current, CancellationToken cancellationToken)
    {
        var userId = current.Metadata.TryGetValue("userId", out var named) && named.Length is > 0 and <= 64 ? named
            : current.CustomerId is { } customer ? await customers.FindUserAsync(customer, cancellationToken) : null;
        return userId is not null && await erased.IsErasedAsync(userId, cancellationToken) ? null : userId;
    }

    static EventState Over(ClaimedEvent claimed, string outcome) => new("processed", outcome, null, claimed.Attempts + 1, null);

    static EventState Parked(ClaimedEvent claimed, string reason) => new("quarantined", "quarantined", reason, claimed.Attempts + 1, null);

    /// <summary>10 s, 20 s … 6 h; the twelfth failure is the last.</summary>
    EventState Again(ClaimedEvent claimed, string reason)
    {
        var attempts = claimed.Attempts + 1;
        return attempts >= MaxAttempts
            ? new("dead", "dead", reason, attempts, null)
            : new("pending", null, reason, attempts, time.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(10 * Math.Pow(2, attempts - 1), 6 * 3600)));
    }

    /// <summary>A quarter of how long it has waited already, between 5 s and 10 min.</summary>
    EventState Wait(ClaimedEvent claimed, string reason)
    {
        var now = time.GetUtcNow();
        var wait = Math.Clamp((now - claimed.ReceivedAt).TotalSeconds / 4, 5, 600);
        return new("pending", null, reason, claimed.Attempts, now + TimeSpan.FromSeconds(wait));
    }
}
