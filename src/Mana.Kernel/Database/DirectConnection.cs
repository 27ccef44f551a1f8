namespace Mana.Kernel.Database;

/// <summary>
/// A pooler in transaction mode hands every transaction another session. What outlives a transaction, LISTEN and locks of a session, takes its connections
/// from the data source with this key: <c>[FromKeyedServices(DirectConnection.Key)] NpgsqlDataSource</c>. Without <c>DATABASE_DIRECT_URL</c> it is the usual one.
/// </summary>
public static class DirectConnection
{
    public const string Key = "mana-direct";

    /// <summary>Five listeners, four named locks, an import: a host never needs more.</summary>
    internal const int PoolSize = 16;
}
