using System.Text.Json.Nodes;
using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Mana.Users.Contracts;
using Npgsql;

namespace Mana.Users.Settings;

/// <summary>What became of a change of settings.</summary>
internal abstract record SettingsResult
{
    private SettingsResult()
    {
    }

    public sealed record Ok(StoredSettings Settings) : SettingsResult;

    /// <summary>Somebody changed them since the caller looked.</summary>
    public sealed record Changed : SettingsResult;

    public sealed record TooLarge : SettingsResult;

    public sealed record TooManyApps : SettingsResult;

    /// <summary>The person was erased.</summary>
    public sealed record Gone : SettingsResult;
}

/// <summary>A person's settings with their version; version 0 is what nobody has written yet.</summary>
internal sealed record StoredSettings(string UserId, SettingsDocument Document, long Version, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt)
{
    public string ETag => $"\"{Version}\"";
}

/// <summary>
/// Reads and changes settings. A change holds the lock of the person's row from before it reads until it has written: of changes at the same time
/// none is lost (W-49).
/// </summary>
internal sealed class SettingsStore(NpgsqlDataSource database, IErasedUsers erased, TimeProvider time, UsersMetrics metrics) : IUserSettings
{
    const string Columns = "SELECT global::text, apps::text, devices::text, version, created_at, updated_at FROM users.settings WHERE user_id = $1";

    public async Task<StoredSettings> FindAsync(string userId, CancellationToken cancellationToken) =>
        await database.Sql(Columns, userId).RowAsync(row => Read(userId, row), cancellationToken) ?? new StoredSettings(userId, SettingsDocument.Empty, 0, null, null);

    public async Task<SettingsSnapshot> GetAsync(string userId, CancellationToken cancellationToken)
    {
        var stored = await FindAsync(userId, cancellationToken);
        return new SettingsSnapshot(
            SettingsDocument.Text(stored.Document.Effective()), SettingsDocument.Text(stored.Document.Apps), SettingsDocument.Text(stored.Document.Devices), stored.UpdatedAt);
    }

    public async Task<string> GetLocaleAsync(string userId, CancellationToken cancellationToken) =>
        (await FindAsync(userId, cancellationToken)).Document.Effective()["locale"] is JsonValue locale && locale.TryGetValue(out string? text) ? text : "de";

    /// <summary>Changes the stored documents, all or nothing.</summary>
    /// <param name="level"><c>global</c>, <c>app</c> or <c>device</c>, for the metric.</param>
    /// <param name="ifMatch">The version that the caller has seen, as <see cref="StoredSettings.ETag"/>; null: any.</param>
    /// <param name="change">Changes the document that it is given.</param>
    public async Task<SettingsResult> ChangeAsync(string userId, string level, string? ifMatch, Action<SettingsDocument, DateTimeOffset> change, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // Asked before a connection is held: who waits for a second one with the first in hands can make everybody wait.
        if (await database.Sql("SELECT 1 FROM users.settings WHERE user_id = $1", userId).ValueAsync<int?>(cancellationToken) is null && await erased.IsErasedAsync(userId, cancellationToken))
            return new SettingsResult.Gone();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Sql("INSERT INTO users.settings (user_id, version, created_at, updated_at) VALUES ($1, 0, $2, $2) ON CONFLICT ON CONSTRAINT settings_key DO NOTHING", userId, now)
            .RunAsync(cancellationToken);
        var stored = (await connection.Sql(Columns + " FOR UPDATE", userId).RowAsync(row => Read(userId, row), cancellationToken))!;
        if (ifMatch is not null && ifMatch != "*" && ifMatch != stored.ETag)
            return new SettingsResult.Changed();
        var document = stored.Document;
        change(document, now);
        if (document.IsTooLarge)
            return new SettingsResult.TooLarge();
        if (document.Apps.Count > SettingsDocument.MostApps)
            return new SettingsResult.TooManyApps();
        await connection.Sql("UPDATE users.settings SET global = $2::jsonb, apps = $3::jsonb, devices = $4::jsonb, version = version + 1, updated_at = $5 WHERE user_id = $1",
            userId, SettingsDocument.Text(document.Global), SettingsDocument.Text(document.Apps), SettingsDocument.Text(document.Devices), now).RunAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        metrics.SettingsWritten(level);
        return new SettingsResult.Ok(stored with { Version = stored.Version + 1, UpdatedAt = now });
    }

    static StoredSettings Read(string userId, NpgsqlDataReader row) => new(
        userId, SettingsDocument.Parse(row.GetString(0), row.GetString(1), row.GetString(2)), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5));
}
