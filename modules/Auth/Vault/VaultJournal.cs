using Mana.Auth.SecurityEvents;
using Mana.Kernel.Ids;
using Npgsql;

namespace Mana.Auth.Vault;

/// <summary>
/// The audit of the vault (auth.md 20.3, 20.4). Written in a transaction of its own, after the call's has ended: what was refused and rolled
/// back is there as well (W13). A key that could not be written down is not given out.
/// </summary>
internal sealed class VaultJournal(NpgsqlDataSource database, SecurityLog events, IIdSource ids, TimeProvider time)
{
    const string Enter = "SELECT set_config('app.current_user_id', $1, true)";

    // Null: this is the first key ever given out.
    const string KnownDevice = """
        SELECT bool_or(user_agent IS NOT DISTINCT FROM $2) FROM auth.encryption_vault_audit WHERE user_id = $1 AND action IN ('init', 'fetch') AND status < 300
        """;

    // An account may be gone although its token is not.
    const string Add = """
        INSERT INTO auth.encryption_vault_audit (id, user_id, action, ip_address, user_agent, context, status, created_at)
        SELECT $1, id, $3, $4, $5, $6, $7, $8 FROM auth.users WHERE id = $2
        """;

    const int LongestContext = 500;

    /// <summary>Security events of what changed the vault; fetching is told of only when it is odd.</summary>
    static readonly Dictionary<string, string> Told = new(StringComparer.Ordinal)
    {
        [VaultActions.Init] = SecurityEventTypes.VaultInitialised,
        [VaultActions.Rotate] = SecurityEventTypes.VaultRotated,
        [VaultActions.RecoverySet] = SecurityEventTypes.VaultRecoverySet,
        [VaultActions.RecoveryClear] = SecurityEventTypes.VaultRecoveryCleared,
        [VaultActions.ZeroKnowledgeEnable] = SecurityEventTypes.VaultZeroKnowledgeEnabled,
        [VaultActions.ZeroKnowledgeDisable] = SecurityEventTypes.VaultZeroKnowledgeDisabled,
        [VaultActions.MissionGrant] = SecurityEventTypes.VaultMissionGrant,
    };

    public async Task<VaultReply> KeepAsync(string userId, ClientInfo client, VaultOutcome outcome)
    {
        try
        {
            var isNewDevice = await WriteAsync(userId, client, outcome);
            Tell(userId, client, outcome, isNewDevice);
            return outcome.Reply;
        }
        catch
        {
            (outcome.Reply as VaultReply.Key)?.MasterKey.Dispose();
            throw;
        }
    }

    /// <summary>Not cancelled with the request: a client that hangs up must not keep its traces out.</summary>
    async Task<bool> WriteAsync(string userId, ClientInfo client, VaultOutcome outcome)
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        await RunAsync(connection, Enter, userId);
        var known = outcome.Reply is VaultReply.Key or VaultReply.RecoveryBlob && outcome.Action is VaultActions.Init or VaultActions.Fetch
            ? await RunAsync(connection, KnownDevice, userId, client.UserAgent)
            : null;
        await RunAsync(
            connection, Add, ids.NewId(), userId, outcome.Action, client.IpAddress, client.UserAgent, StoredText.Shortened(outcome.Context, LongestContext), outcome.Status,
            time.GetUtcNow());
        await transaction.CommitAsync(CancellationToken.None);
        return known is false;
    }

    void Tell(string userId, ClientInfo client, VaultOutcome outcome, bool isNewDevice)
    {
        if (isNewDevice)
            events.Record(SecurityEventTypes.VaultNewDevice, userId, client, ("action", outcome.Action));
        var changed = outcome.Status < 300 && outcome.Context?.StartsWith("already-", StringComparison.Ordinal) != true;
        if (changed && Told.TryGetValue(outcome.Action, out var type))
            events.Record(type, userId, client, ("status", outcome.Status), ("context", outcome.Context));
        else if (outcome.Status is 403 || outcome.Context == "master-key-mismatch")
            events.Record(SecurityEventTypes.VaultRefused, userId, client, ("action", outcome.Action), ("status", outcome.Status), ("context", outcome.Context));
    }

    static async Task<object?> RunAsync(NpgsqlConnection connection, string sql, params object?[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(value is null ? new NpgsqlParameter<string?> { TypedValue = null } : new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync(CancellationToken.None);
    }
}
