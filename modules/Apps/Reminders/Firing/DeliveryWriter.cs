using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Delivery;
using Mana.Apps.Reminders.Preferences;
using Mana.Apps.Reminders.Sources;
using Mana.Kernel.Ids;
using Mana.Notifications.Contracts;
using NodaTime;
using Npgsql;

namespace Mana.Apps.Reminders.Firing;

/// <summary>Writes the deliveries of firings: one for each channel and target, what a person does not want as <c>suppressed</c>.</summary>
internal sealed class DeliveryWriter(INotificationChannels channels, ReminderOptions options, IIdSource ids)
{
    const string Insert = """
        INSERT INTO apps.reminder_deliveries (id, instance_id, firing, user_id, app_id, channel, target_id, idempotency_key, state, attempt, next_attempt_at, first_attempt_at, payload, anchor_at,
          critical, overdue, last_error, sent_at, created_at)
        SELECT u.id, u.instance_id, u.firing, u.user_id, u.app_id, u.channel, u.target_id, u.key, u.state, 0, u.at, u.at, u.payload, u.anchor_at, u.critical, u.overdue, u.error,
          CASE WHEN u.state = 'sent' THEN $16 END, $16
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::timestamptz[], $11::jsonb[], $12::timestamptz[], $13::bool[],
          $14::bool[], $15::text[]) AS u (id, instance_id, firing, user_id, app_id, channel, target_id, key, state, at, payload, anchor_at, critical, overdue, error)
        ON CONFLICT (idempotency_key) DO NOTHING
        """;

    const string Paced = """
        SELECT user_id, count(*), max(next_attempt_at) FROM apps.reminder_deliveries WHERE state IN ('pending', 'leased') AND overdue AND attempt = 0 GROUP BY GROUPING SETS ((), (user_id))
        """;

    /// <summary>The outcome of firings of which nothing is left to wait for; null for the others.</summary>
    public async Task<Dictionary<Guid, string?>> WriteAsync(NpgsqlConnection connection, List<FiringToSend> firings, ILookup<(string, string), Guid?> targets, Instant now, CancellationToken cancellationToken)
    {
        var rows = new List<NewDelivery>();
        var outcomes = new Dictionary<Guid, string?>();
        foreach (var firing in firings)
        {
            var own = TryOf(firing, targets, now);
            outcomes[firing.Due.Id] = own.Exists(row => row.State == "pending") ? null : own.Exists(row => row.State == "sent") ? "sent" : "failed";
            rows.AddRange(own);
        }

        await WriteAsync(connection, rows, now, cancellationToken);
        return outcomes;
    }

    /// <summary>One message to each browser of somebody who missed something.</summary>
    public async Task SummariseAsync(NpgsqlConnection connection, List<(string UserId, int Count, PersonalSettings Person)> missed, ILookup<(string, string), Guid?> targets, Instant now, CancellationToken cancellationToken)
    {
        if (missed.Count == 0 || !options.MissedSummary)
            return;
        var rows = new List<NewDelivery>();
        foreach (var (userId, count, person) in missed.Where(one => one.Person.Push))
        {
            var (title, body) = ReminderText.Missed(count, person.Locale);
            var payload = ReminderPayload.OfSummary(title, body, now).ToJson();
            foreach (var target in targets[(userId, Channel.Push)])
            {
                var key = DeliveryKey.OfSummary(userId, Name(target), now.ToUnixTimeSeconds() / NodaConstants.SecondsPerHour);
                rows.Add(new NewDelivery(null, 0, userId, "mana", Channel.Push, target, key, "pending", payload, now, false, true, null));
            }
        }

        await WriteAsync(connection, rows, now, cancellationToken);
    }

    /// <summary>Nothing for a record that cannot be put in words: it must not keep others waiting.</summary>
    List<NewDelivery> TryOf(FiringToSend firing, ILookup<(string, string), Guid?> targets, Instant now)
    {
        try
        {
            return [.. Of(firing, targets, now)];
        }
        catch (Exception exception) when (DueFiring.IsOfOne(exception))
        {
            return [];
        }
    }

    IEnumerable<NewDelivery> Of(FiringToSend firing, ILookup<(string, string), Guid?> targets, Instant now)
    {
        var (due, rule, person) = (firing.Due, firing.Due.Rule, firing.Person);
        var overdue = now - due.FireAt > Duration.FromSeconds(options.OverdueAfterSeconds);
        var zone = Zones.Find(rule.Tzid) ?? person.Zone;
        var otherDay = due.AnchorAt.InZone(zone).Date != now.InZone(zone).Date;
        var payload = ReminderPayload.Of(
            rule, ReminderText.Title(rule, firing.Title, person.Locale), ReminderText.Body(rule, due.AnchorAt, zone, person.Locale, overdue && due.AnchorAt < now, otherDay), due.FireAt, overdue).ToJson();
        foreach (var channel in rule.Channels)
        {
            NewDelivery Row(Guid? target, string state, string? error) => new(
                due.Id, due.Firing, rule.UserId, rule.AppId, channel, target, DeliveryKey.Of(due.Id, due.Key, channel, Name(target), due.Firing), state,
                state == "suppressed" ? null : payload, due.AnchorAt, rule.Critical, overdue, error);
            if (!person.Allows(channel, rule.AppId))
                yield return Row(null, "suppressed", "preferences");
            else if (channel == Channel.Push && due.PushSuppressed)
                yield return Row(null, "suppressed", "shown");
            else if (channel == ReminderChannels.InApp)
                yield return Row(null, "sent", null);
            else if (channel == Channel.Email || channels.IsOutside)
                yield return Row(null, "pending", null);
            else if (targets[(rule.UserId, channel)].ToList() is { Count: > 0 } found)
                foreach (var target in found)
                    yield return Row(target, "pending", null);
            else
                yield return Row(null, "suppressed", "no_target");
        }
    }

    /// <summary>Where people can be reached, by person and channel.</summary>
    public async Task<ILookup<(string, string), Guid?>> TargetsAsync(IEnumerable<string> people, CancellationToken cancellationToken)
    {
        var userIds = people.Distinct(StringComparer.Ordinal).ToArray();
        var found = userIds.Length == 0 ? [] : channels.IsOutside
            ? [.. userIds.Select(userId => (userId, Channel.Push, (Guid?)null))]
            : (await channels.TargetsAsync(userIds, cancellationToken)).Select(target => (target.UserId, target.Channel, (Guid?)target.Id)).ToList();
        return found.ToLookup(target => (target.Item1, target.Item2), target => target.Item3);
    }

    async Task WriteAsync(NpgsqlConnection connection, List<NewDelivery> rows, Instant now, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return;
        var at = await DueAtAsync(connection, rows, now, cancellationToken);
        await connection.ExecuteAsync(Insert,
        [
            rows.Select(_ => ids.NewGuid()).ToArray(), ReminderSql.Ids([.. rows.Select(row => row.InstanceId)]), rows.Select(row => row.Firing).ToArray(), rows.Select(row => row.UserId).ToArray(),
            rows.Select(row => row.AppId).ToArray(), rows.Select(row => row.Channel).ToArray(), ReminderSql.Ids([.. rows.Select(row => row.Target)]), rows.Select(row => row.Key).ToArray(),
            rows.Select(row => row.State).ToArray(), at, ReminderSql.JsonArray([.. rows.Select(row => row.Payload)]), rows.Select(row => row.AnchorAt.ToDateTimeOffset()).ToArray(),
            rows.Select(row => row.Critical).ToArray(), rows.Select(row => row.Overdue).ToArray(), ReminderSql.Texts([.. rows.Select(row => row.Error)]), now.ToDateTimeOffset(),
        ], cancellationToken);
    }

    /// <summary>Now; what is overdue one after the other, because after an outage there is much of it (8.9).</summary>
    async Task<DateTimeOffset[]> DueAtAsync(NpgsqlConnection connection, List<NewDelivery> rows, Instant now, CancellationToken cancellationToken)
    {
        var at = now.ToDateTimeOffset();
        if (!rows.Exists(row => row is { Overdue: true, State: "pending" }))
            return [.. rows.Select(_ => at)];
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('reminders.overdue', 7))", [], cancellationToken);
        var (apart, apartForOne) = (TimeSpan.FromSeconds(1.0 / options.DispatchPerSecond), TimeSpan.FromSeconds(1.0 / options.DispatchPerSecondAndUser));
        var (waiting, last) = (0L, new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal));
        await using (var command = connection.Command(Paced))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
            while (await row.ReadAsync(cancellationToken))
                if (row.TextOrNull(0) is { } userId)
                    last[userId] = row.GetFieldValue<DateTimeOffset>(2);
                else
                    waiting = row.GetInt64(1);
        return [.. rows.Select(row =>
        {
            if (row is not { Overdue: true, State: "pending" })
                return at;
            var next = at + (apart * waiting++);
            if (last.TryGetValue(row.UserId, out var own) && own + apartForOne > next)
                next = own + apartForOne;
            return last[row.UserId] = next;
        })];
    }

    static string Name(Guid? target) => target?.ToString("D") ?? "user";

    sealed record NewDelivery(
        Guid? InstanceId, int Firing, string UserId, string AppId, string Channel, Guid? Target, string Key, string State, string? Payload, Instant AnchorAt, bool Critical, bool Overdue, string? Error);
}
