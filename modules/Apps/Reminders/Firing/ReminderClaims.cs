using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Preferences;
using Mana.Apps.Reminders.Rules;
using Mana.Apps.Reminders.Sources;
using Mana.Auth.Contracts;
using Mana.Sync.Contracts;
using NodaTime;
using Npgsql;

namespace Mana.Apps.Reminders.Firing;

/// <summary>
/// Turns due firings into deliveries, each once (compute.md 8.7): what a firing becomes, its deliveries and the next one of its series are one
/// transaction, which begins when all is read that it goes by. Any number of hosts may do so at once.
/// </summary>
internal sealed class ReminderClaims(
    NpgsqlDataSource database, SourceReader sources, FirePlan plan, Scheduler scheduler, ISpaceDirectory spaces, DeliveryWriter deliveries, ILiveHints hints, ReminderOptions options,
    ReminderMetrics metrics, TimeProvider time)
{
    const int Readers = 8;
    static readonly TimeSpan PutOff = TimeSpan.FromMinutes(5);

    const string Settle = """
        UPDATE apps.reminder_instances i SET state = u.state, outcome = u.outcome, sent_at = CASE WHEN u.outcome = 'sent' THEN $4 END
        FROM unnest($1::uuid[], $2::text[], $3::text[]) AS u (id, state, outcome) WHERE i.id = u.id
        """;

    const string WriteBack = """
        UPDATE apps.reminder_instances i SET write_back = true FROM apps.reminder_rules r
        WHERE i.id = ANY($1) AND r.id = i.rule_id AND r.origin_key LIKE 'todo/reminders/%' AND i.outcome IN ('sent', 'failed')
        """;

    const string Later = "UPDATE apps.reminder_instances SET state = CASE WHEN scheduled_at < $3 THEN 'cancelled' ELSE state END, fire_at = $2 WHERE id = ANY($1)";

    const string Next = "SELECT min(fire_at) FROM apps.reminder_instances WHERE state IN ('pending', 'snoozed')";

    /// <summary>How many were due; up to a batch at a time.</summary>
    public async Task<int> ClaimAsync(CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var seen = await DueFiring.LookAsync(database, started, options.BatchSize, cancellationToken);
        if (seen.Count == 0)
            return 0;
        // Everything that needs other connections is read before one is held on to.
        var facts = await FactsAsync(seen, cancellationToken);
        var targets = await deliveries.TargetsAsync(seen.Select(firing => firing.Rule.UserId), cancellationToken);

        var now = Instant.FromDateTimeOffset(started);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var due = await DueFiring.TakeAsync(connection, started, [.. seen.Select(firing => firing.Id)], cancellationToken);
        due.RemoveAll(firing => !facts.ContainsKey(RuleStore.KeyOf(firing.Rule)));
        if (due.Count == 0)
            return 0;
        var people = await PreferenceStore.OfAsync(connection, due.Select(firing => firing.Rule.UserId), cancellationToken);
        var judged = due.ConvertAll(firing => (Firing: firing, Facts: facts[RuleStore.KeyOf(firing.Rule)] ?? SourceFacts.Gone, Verdict: TryJudge(firing, facts[RuleStore.KeyOf(firing.Rule)], people(firing.Rule.UserId), now)));

        var fired = judged.FindAll(one => one.Verdict == Verdict.Fire).ConvertAll(one => new FiringToSend(one.Firing, one.Facts.Title, people(one.Firing.Rule.UserId)));
        var outcomes = await deliveries.WriteAsync(connection, fired, targets, now, cancellationToken);
        await SettleAsync(connection, judged.Where(one => one.Verdict != Verdict.Unreadable).Select(one => one.Verdict switch
        {
            Verdict.Fire => (one.Firing.Id, outcomes[one.Firing.Id] is null ? "claimed" : "done", outcomes[one.Firing.Id]),
            Verdict.Missed => (one.Firing.Id, "missed", null),
            // The new schedule finds it as any other that has not fired.
            Verdict.Moved => (one.Firing.Id, "pending", null),
            _ => (one.Firing.Id, "cancelled", (string?)null),
        }), started, cancellationToken);
        await deliveries.SummariseAsync(
            connection, [.. judged.Where(one => one.Verdict == Verdict.Missed).GroupBy(one => one.Firing.Rule.UserId, StringComparer.Ordinal).Select(group => (group.Key, group.Count(), people(group.Key)))], targets, now, cancellationToken);
        var unreadable = judged.Where(one => one.Verdict == Verdict.Unreadable).Select(one => one.Firing.Id).ToList();
        foreach (var one in judged.Where(one => one.Verdict == Verdict.Moved || (one.Verdict != Verdict.Unreadable && one.Facts.Anchor is Anchor.Series)).DistinctBy(one => one.Firing.Rule.Id))
            if (!await TryApplyAsync(transaction, one.Firing.Rule, one.Facts, people(one.Firing.Rule.UserId), cancellationToken))
                unreadable.AddRange(judged.Where(other => other.Firing.Rule.Id == one.Firing.Rule.Id && other.Verdict == Verdict.Moved).Select(other => other.Firing.Id));
        if (unreadable.Count > 0)
            await connection.ExecuteAsync(Later, [unreadable.ToArray(), started + PutOff, started - TimeSpan.FromMinutes(options.MissedAfterMinutes)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var userId in fired.Where(one => one.Due.Rule.Channels.Contains(ReminderChannels.InApp)).Select(one => one.Due.Rule.UserId).Distinct(StringComparer.Ordinal))
            hints.Announce(userId, ReminderChannels.LiveName, ReminderChannels.LiveTables);
        foreach (var one in judged)
            metrics.Fired(one.Verdict, (now - one.Firing.FireAt).TotalSeconds);
        return due.Count;
    }

    /// <summary>When the next one is due; null when nothing waits.</summary>
    public async Task<DateTimeOffset?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Next);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime next ? new DateTimeOffset(next, TimeSpan.Zero) : null;
    }

    /// <summary>One record that says something impossible is set aside; the others of the batch are not its hostages.</summary>
    Verdict TryJudge(DueFiring firing, SourceFacts? facts, PersonalSettings person, Instant now)
    {
        try
        {
            return facts is null ? Verdict.Unreadable : Judge(firing, facts, person, now);
        }
        catch (Exception exception) when (DueFiring.IsOfOne(exception))
        {
            return Verdict.Unreadable;
        }
    }

    /// <inheritdoc cref="TryJudge"/>
    async Task<bool> TryApplyAsync(NpgsqlTransaction transaction, ReminderRule rule, SourceFacts facts, PersonalSettings person, CancellationToken cancellationToken)
    {
        const string Before = "one";
        await transaction.SaveAsync(Before, cancellationToken);
        try
        {
            await scheduler.ApplyAsync(transaction.Connection!, rule, facts, person, cancellationToken);
            return true;
        }
        catch (Exception exception) when (DueFiring.IsOfOne(exception))
        {
            await transaction.RollbackAsync(Before, cancellationToken);
            return false;
        }
    }

    Verdict Judge(DueFiring firing, SourceFacts facts, PersonalSettings person, Instant now)
    {
        if (!facts.Active || firing.Rule.DeletedAt is not null)
            return Verdict.Cancel;
        if (!firing.Snoozed)
        {
            var planned = plan.Of(firing.Rule, facts, person, firing.ScheduledAt).FirstOrDefault(one => one.Key == firing.Key, new PlannedFiring(firing.Key, default, Instant.MinValue));
            if (planned.FireAt != firing.ScheduledAt)
                return Verdict.Moved;
        }

        return now - firing.FireAt > Duration.FromMinutes(options.MissedAfterMinutes) ? Verdict.Missed : Verdict.Fire;
    }

    /// <summary>
    /// The records as they are at this moment, also when the news of a change has not arrived yet; null: cannot be read. A space must still be the person's.
    /// </summary>
    async Task<Dictionary<SourceKey, SourceFacts?>> FactsAsync(List<DueFiring> due, CancellationToken cancellationToken)
    {
        var keys = due.Select(firing => RuleStore.KeyOf(firing.Rule)).Distinct().ToArray();
        var facts = new SourceFacts?[keys.Length];
        await Parallel.ForAsync(0, keys.Length, new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var mine = keys[i].SpaceId is not { } space || (await spaces.MembersOfAsync(space, token)).Contains(keys[i].UserId);
            try
            {
                facts[i] = mine ? (await sources.ReadAsync(keys[i], token)).For(keys[i].UserId) : SourceFacts.Gone;
            }
            catch (Exception exception) when (DueFiring.IsOfOne(exception))
            {
                facts[i] = null;
            }
        });
        return keys.Zip(facts).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    static async Task SettleAsync(NpgsqlConnection connection, IEnumerable<(Guid Id, string State, string? Outcome)> settled, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var all = settled.ToList();
        await connection.ExecuteAsync(Settle, [all.Select(one => one.Id).ToArray(), all.Select(one => one.State).ToArray(), ReminderSql.Texts([.. all.Select(one => one.Outcome)]), now], cancellationToken);
        if (all.Where(one => one.Outcome is not null).Select(one => one.Id).ToArray() is { Length: > 0 } over)
            await connection.ExecuteAsync(WriteBack, [over], cancellationToken);
    }
}

/// <summary>A firing whose deliveries are to be written.</summary>
internal sealed record FiringToSend(DueFiring Due, string? Title, PersonalSettings Person);
