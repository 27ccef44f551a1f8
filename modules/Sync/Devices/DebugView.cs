using Mana.Kernel.Identity;
using Mana.Sync.Pull;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Mana.Sync.Devices;

/// <summary>One device in one app.</summary>
/// <param name="SyncedUntil">The position that it was given last, as a time; null when it has not read yet.</param>
/// <param name="LagSeconds">How much older that is than the newest change of one's own data; 0 when there is nothing to catch up with.</param>
/// <param name="ClockAheadMs">Of its newest edit at its last push; negative is ordinary for edits made offline. Null: it has not pushed.</param>
internal sealed record DeviceView(
    string ClientId, string AppId, DateTimeOffset LastSeen, string? SyncedUntil, double LagSeconds, long? ClockAheadMs, string? LastError, DateTimeOffset? LastErrorAt);

/// <summary>A scope that the caller can read.</summary>
internal sealed record ScopeView(string Scope, bool MayWrite, string? Newest);

/// <summary>What the server knows about someone's devices: for the person who asks why something has not arrived, and for support.</summary>
internal sealed class DebugView(NpgsqlDataSource database, DeviceNotes notes, Tenancy tenancy)
{
    const string Devices = "SELECT client_id, app_id, seen_at, cursor, clock_ahead_ms, last_error, last_error_at FROM sync.devices WHERE owner = $1 ORDER BY seen_at DESC LIMIT 500";

    public static async Task<IResult> GetAsync(CurrentUser user, DebugView view, TimeProvider time, CancellationToken cancellationToken)
    {
        var caller = await view.TenantAsync(user.UserId, cancellationToken);
        var (devices, scopes) = await view.ReadAsync(caller, cancellationToken);
        return Results.Ok(new { userId = user.UserId, serverTime = time.GetUtcNow(), scopes, devices });
    }

    public ValueTask<Tenant> TenantAsync(string userId, CancellationToken cancellationToken) => tenancy.OfAsync(userId, cancellationToken);

    public async Task<(List<DeviceView> Devices, List<ScopeView> Scopes)> ReadAsync(Tenant caller, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(caller.EnterReading());
        batch.BatchCommands.Add(DeltaQuery.Heads(caller));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Devices) { Parameters = { new NpgsqlParameter<string> { TypedValue = caller.Own.Name } } });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var heads = await DeltaQuery.ReadHeadsAsync(rows, caller, cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var known = await StoredAsync(rows, caller.UserId, cancellationToken);
        foreach (var note in notes.Of(caller.UserId))
            known[(note.ClientId, note.AppId)] = known.TryGetValue((note.ClientId, note.AppId), out var older) ? note.After(older) : note;
        var devices = known.Values.OrderByDescending(note => note.SeenAt).Select(note => View(note, heads.Newest[0])).ToList();
        var scopes = caller.Scopes.Zip(heads.Newest, (scope, newest) => new ScopeView(scope.Name, scope.MayWrite, Text(newest))).ToList();
        return (devices, scopes);
    }

    static async Task<Dictionary<(string Client, string App), DeviceNote>> StoredAsync(NpgsqlDataReader rows, string userId, CancellationToken cancellationToken)
    {
        var known = new Dictionary<(string, string), DeviceNote>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var note = new DeviceNote(
                userId, rows.GetString(0), rows.GetString(1), rows.GetFieldValue<DateTimeOffset>(2), rows.GetInt64(3), rows.IsDBNull(4) ? null : rows.GetInt64(4),
                rows.IsDBNull(5) ? null : rows.GetString(5), rows.IsDBNull(6) ? null : rows.GetFieldValue<DateTimeOffset>(6));
            known[(note.ClientId, note.AppId)] = note;
        }

        return known;
    }

    static DeviceView View(DeviceNote note, long newest)
    {
        var cursor = note.Cursor ?? 0;
        var lag = cursor == 0 || cursor >= newest ? 0 : (newest - cursor) / 1_000_000.0;
        return new DeviceView(note.ClientId, note.AppId, note.SeenAt, Text(cursor), lag, note.ClockAheadMs, note.Error, note.ErrorAt);
    }

    static string? Text(long position) => position == 0 ? null : Rfc3339.FormatMicros(position);
}
