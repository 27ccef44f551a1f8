using Mana.Apps.Reminders.Data;
using Mana.Auth.Contracts;
using Mana.Sync.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Mana.Apps.Reminders.Rules;

/// <summary>
/// Tells the synchronised reminder what became of it, so that other devices stop showing it (compute.md 8.7). Repeated after a crash under the same event
/// id.
/// </summary>
internal sealed class WriteBack(NpgsqlDataSource database, ISyncRecords records, IErasedUsers erased, ILogger<WriteBack> log)
{
    const string ClientId = "system:reminders";
    const int MostFailures = 1_000;

    const string Waiting = """
        SELECT i.id, i.firing, i.outcome, i.sent_at, r.id, r.user_id, r.space_id, r.origin_key FROM apps.reminder_instances i JOIN apps.reminder_rules r ON r.id = i.rule_id
        WHERE i.write_back AND i.id <> ALL($1) ORDER BY i.id LIMIT 100
        """;

    /// <summary>Ours, and known as ours before anybody can hear of it: it is not to look like a browser's word when it comes back.</summary>
    const string Known = "UPDATE apps.reminder_rules SET client_status = $2 WHERE id = $1";

    const string Done = "UPDATE apps.reminder_instances SET write_back = false WHERE id = $1 AND firing = $2";

    /// <summary>How many were written. Without locks: whoever does it too writes the same event, which is stored once.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (written, failed) = (0, new List<Guid>());
        while (failed.Count < MostFailures && await WaitingAsync(failed, cancellationToken) is { Count: > 0 } waiting)
            foreach (var outcome in waiting)
                try
                {
                    await WriteAsync(outcome, cancellationToken);
                    written++;
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    // Tried again by the next run; until then the others have their turn.
                    log.LogWarning("The outcome of firing {Instance} could not be written back ({Kind}); trying again", outcome.InstanceId, exception.GetType().Name);
                    failed.Add(outcome.InstanceId);
                }

        return written;
    }

    async Task WriteAsync(Outcome outcome, CancellationToken cancellationToken)
    {
        if (await erased.IsErasedAsync(outcome.UserId, cancellationToken))
        {
            await ExecuteAsync(Done, cancellationToken, outcome.InstanceId, outcome.Firing);
            return;
        }

        await ExecuteAsync(Known, cancellationToken, outcome.RuleId, outcome.Status);
        var fields = new JsonObject { ["status"] = outcome.Status };
        if (outcome.SentAt is { } sentAt)
            fields["sentAt"] = sentAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        // What sync refuses (a space that is closed to the person by now) is nothing to try again.
        await records.AppendAsync(
            new AppendRequest(outcome.UserId, "todo", [new RecordWrite(RecordOp.Update, "reminders", outcome.RecordId, fields, SpaceId: outcome.SpaceId, EventId: outcome.EventId)], ClientId, Actor(), "system"),
            cancellationToken);
        await ExecuteAsync(Done, cancellationToken, outcome.InstanceId, outcome.Firing);
    }

    async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = database.Command(sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static JsonObject Actor() => new() { ["kind"] = "system", ["principalId"] = ClientId, ["displayName"] = "Reminders" };

    async Task<List<Outcome>> WaitingAsync(List<Guid> without, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Waiting, without.ToArray());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var waiting = new List<Outcome>();
        while (await row.ReadAsync(cancellationToken))
            waiting.Add(new Outcome(
                row.GetGuid(0), row.GetInt32(1), row.GetString(2), row.OrNull<DateTimeOffset>(3), row.GetGuid(4), row.GetString(5), row.TextOrNull(6), row.GetString(7)["todo/reminders/".Length..]));
        return waiting;
    }

    sealed record Outcome(Guid InstanceId, int Firing, string Status, DateTimeOffset? SentAt, Guid RuleId, string UserId, string? SpaceId, string RecordId)
    {
        public Guid EventId => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{InstanceId:D}|{Firing}|{Status}")).AsSpan(0, 16), bigEndian: true);
    }
}
