using Microsoft.Extensions.DependencyInjection;

namespace Mana.Payments.Contracts;

/// <summary>An event as Stripe keeps it; its object is a snapshot that may be old.</summary>
/// <param name="Json">The event as it came, UTF-8.</param>
public sealed record StripeEventRecord(
    string Id, string Type, string? ApiVersion, bool Livemode, DateTimeOffset CreatedAt, string? ObjectId, string? ObjectType, string? CustomerId, ReadOnlyMemory<byte> Json);

/// <summary>Something happened to <see cref="Current"/>. What exactly counts for nothing: bring your own rows to the state of the object (commerce.md 7.6).</summary>
/// <param name="Current">The object as Stripe has it now, fetched after the event arrived; never the snapshot of the event.</param>
/// <param name="UserId">By the object's metadata, else by its customer (commerce.md 7.4, 1 and 3); null when neither says. Ways 2 and 4 are the handler's.</param>
/// <param name="Attempt">1 on the first.</param>
public sealed record StripeHappening(string EventId, string Type, DateTimeOffset CreatedAt, StripeObject Current, string? UserId, int Attempt);

/// <summary>
/// Takes events of the types that it was registered for. An event comes at least once, several may tell of one change, and they come in any order: effects are
/// keyed on business ids (payment intent, invoice, refund, dispute). Two events of one object are never handled at the same time. An exception counts as <see cref="StripeOutcome.Retry"/>.
/// </summary>
public interface IStripeEventHandler
{
    Task<StripeOutcome> HandleAsync(StripeHappening happening, CancellationToken cancellationToken);
}

/// <summary>What a handler made of an event.</summary>
public abstract record StripeOutcome
{
    private StripeOutcome()
    {
    }

    /// <summary>Something changed.</summary>
    public static StripeOutcome Done { get; } = new Applied();

    public static StripeOutcome Nothing { get; } = new Unchanged();

    public static StripeOutcome NotOurs { get; } = new Foreign();

    public sealed record Applied : StripeOutcome;

    /// <summary>Ours, and as it is already.</summary>
    public sealed record Unchanged : StripeOutcome;

    /// <summary>Belongs to another product of the same Stripe account, or to nobody: acknowledged and forgotten (<c>ignored_foreign</c>).</summary>
    public sealed record Foreign : StripeOutcome;

    /// <summary>Ours, but wrong: nothing was applied, somebody must look (<c>quarantined</c>, counted, listed, replayable).</summary>
    /// <param name="Reason">A short code such as <c>amount_mismatch</c>; no personal data.</param>
    public sealed record Parked(string Reason) : StripeOutcome;

    /// <summary>Not now: comes again with growing distance, and is given up (<c>dead</c>, listed) after twelve attempts.</summary>
    public sealed record Retry(string Reason) : StripeOutcome;
}

/// <summary>
/// Finds out by asking Stripe what webhooks did not tell: installations behind a closed door get none at all (commerce.md 7.10). Must come to the same
/// state as events would, and run on one host at a time or be safe on several.
/// </summary>
public interface IStripeReconciler
{
    Task<ReconciliationSummary> ReconcileAsync(ReconciliationScope scope, CancellationToken cancellationToken);
}

public enum ReconciliationScope
{
    /// <summary>Every 15 minutes: what is waiting for an answer.</summary>
    Open,

    /// <summary>Every night: everything that is alive.</summary>
    All,
}

public sealed record ReconciliationSummary(int Looked, int Repaired, int Failed)
{
    public static ReconciliationSummary Empty { get; } = new(0, 0, 0);
}

/// <summary>The inbox, for tests and for whoever waits for it.</summary>
public interface IStripeInbox
{
    /// <summary>Handles every event that is due now; returns how many.</summary>
    Task<int> DrainAsync(CancellationToken cancellationToken);

    /// <summary>Asks Stripe for events since then and puts those that never arrived into the inbox; returns how many those were.</summary>
    Task<StripeResult<int>> PullAsync(DateTimeOffset since, CancellationToken cancellationToken);
}

/// <summary>Whether events are handled as they come (commerce.md 1.8).</summary>
public interface IStripeInboxLag
{
    /// <summary>More than this is worth somebody's attention (commerce.md 13.1).</summary>
    static readonly TimeSpan Most = TimeSpan.FromMinutes(5);

    /// <summary>Age of the oldest event that waits; zero when none does, null when Stripe is off.</summary>
    Task<TimeSpan?> OfOldestAsync(CancellationToken cancellationToken);
}

public static class StripeRegistration
{
    /// <summary>Subscribes a handler to event types. <paramref name="name"/> is stored with events, so it never changes.</summary>
    public static IServiceCollection AddStripeEventHandler<THandler>(this IServiceCollection services, string name, params string[] types)
        where THandler : class, IStripeEventHandler
    {
        services.AddScoped<THandler>();
        return services.AddSingleton(new StripeSubscriber(name, new HashSet<string>(types, StringComparer.Ordinal), provider => provider.GetRequiredService<THandler>()));
    }

    public static IServiceCollection AddStripeReconciler<TReconciler>(this IServiceCollection services, string name)
        where TReconciler : class, IStripeReconciler
    {
        services.AddScoped<TReconciler>();
        return services.AddSingleton(new StripeReconcilerEntry(name, provider => provider.GetRequiredService<TReconciler>()));
    }
}

internal sealed record StripeSubscriber(string Name, IReadOnlySet<string> Types, Func<IServiceProvider, IStripeEventHandler> Resolve);

internal sealed record StripeReconcilerEntry(string Name, Func<IServiceProvider, IStripeReconciler> Resolve);
