using Mana.Sync.Spaces;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Sync.Compaction;

/// <summary>
/// Tenancy of the module's own housekeeping. It may find scopes and, after it has entered one, remove rows of it; it sees the rows of no
/// scope that it has not entered.
/// </summary>
internal static class Maintenance
{
    /// <summary>Must be the first statement of the transaction.</summary>
    /// <param name="author">On whose behalf: their rows are then seen in all scopes.</param>
    public static NpgsqlBatchCommand Enter(string scope = "", string author = "") => new(
        $"SELECT set_config('mana.system', 'maintenance', true), set_config('mana.read', $1, true), set_config('mana.write', $1, true), set_config('mana.author', $2, true), {Tenant.StablePlans}")
    {
        Parameters = { Text(scope), Text(author) },
    };

    public static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }

    public static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
