using Mana.Sync.Compaction;
using Mana.Sync.Spaces;
using Mana.Sync.Wire;
using Npgsql;

namespace Mana.Sync.Devices;

/// <summary>One device in the list of everybody's.</summary>
internal sealed record DeviceLine(string UserId, string ClientId, string AppId, DateTimeOffset SeenAt, string? SyncedUntil, string? LastError);

/// <summary>Devices of everybody, for an administrator: that they are there, never what they hold.</summary>
internal sealed class DeviceRoll(NpgsqlDataSource database)
{
    public const int PageSize = 50;

    const string Latest = "SELECT owner, client_id, app_id, seen_at, cursor, last_error FROM sync.devices ORDER BY seen_at DESC, owner, client_id, app_id LIMIT $1 OFFSET $2";

    /// <summary>Seen last first, as written down twice a minute; one more than a page when another follows.</summary>
    public async Task<List<DeviceLine>> PageAsync(int number, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Maintenance.Enter());
        batch.BatchCommands.Add(Maintenance.Command(Latest, Maintenance.Value(PageSize + 1), Maintenance.Value((number - 1) * PageSize)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var devices = new List<DeviceLine>();
        while (await rows.ReadAsync(cancellationToken))
            devices.Add(new DeviceLine(
                ScopeNames.UserIdOf(rows.GetString(0)) ?? rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetFieldValue<DateTimeOffset>(3),
                rows.GetInt64(4) == 0 ? null : Rfc3339.FormatMicros(rows.GetInt64(4)), rows.IsDBNull(5) ? null : rows.GetString(5)));
        return devices;
    }
}
