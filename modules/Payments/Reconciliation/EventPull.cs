using Mana.Payments.Contracts;
using Mana.Payments.Inbox;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Payments.Reconciliation;

/// <summary>
/// Reads Stripe's own list of events and puts those that never arrived into the inbox: for webhooks that were lost, and for installations that
/// Stripe cannot reach at all (commerce.md 7.10). The event id keeps each from being there twice.
/// </summary>
internal sealed class EventPull(IStripeApi stripe, IStripeAvailability availability, InboxStore store, StripeSubscribers subscribers, NpgsqlDataSource database, TimeProvider time, PaymentsMetrics metrics, ILogger<EventPull> log)
{
    const string Mark = "events";

    /// <summary>More types than this Stripe does not filter by.</summary>
    const int MostTypes = 20;

    /// <summary>Events become visible in the list a little after they happened, and clocks differ.</summary>
    static readonly TimeSpan Overlap = TimeSpan.FromMinutes(15);

    static readonly TimeSpan FirstLook = TimeSpan.FromHours(48);

    /// <summary>Stripe keeps events for 30 days.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromDays(29);

    /// <summary>From where the last successful look ended.</summary>
    public async Task<StripeResult<int>> PullAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var since = await MarkAsync(cancellationToken) is { } last ? last - Overlap : now - FirstLook;
        var result = await PullAsync(since < now - Longest ? now - Longest : since, cancellationToken);
        if (result is StripeResult<int>.Ok)
            await SetMarkAsync(now, cancellationToken);
        return result;
    }

    public async Task<StripeResult<int>> PullAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> types = subscribers.Types is { Count: <= MostTypes } all ? all : [];
        var found = new List<StripeEventRecord>();
        for (string? after = null; ;)
        {
            var result = await stripe.ListEventsAsync(new EventQuery(since, types, after), cancellationToken);
            if (result is not StripeResult<StripePage<StripeEventRecord>>.Ok { Value: var page })
                return result.Map(_ => 0);
            found.AddRange(page.Items.Where(happened => subscribers.Wants(happened.Type) && happened.Livemode == availability.Livemode));
            if (!page.HasMore || page.Items.Count == 0)
                break;
            after = page.Items[^1].Id;
        }

        // Newest first is how Stripe lists them; the oldest should be handled first.
        found.Reverse();
        var added = 0;
        foreach (var some in found.Chunk(100))
            added += await store.AddAsync(some, "pull", cancellationToken);
        metrics.Repaired("event", added);
        if (added > 0)
            log.LogInformation("{Count} event(s) of Stripe had not arrived", added);
        return new StripeResult<int>.Ok(added);
    }

    async Task<DateTimeOffset?> MarkAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT at FROM payments.pull_marks WHERE name = $1");
        command.Parameters.Add(new() { Value = Mark });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? row.GetFieldValue<DateTimeOffset>(0) : null;
    }

    async Task SetMarkAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("INSERT INTO payments.pull_marks (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = greatest(pull_marks.at, excluded.at)");
        command.Parameters.Add(new() { Value = Mark });
        command.Parameters.Add(new() { Value = at });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
