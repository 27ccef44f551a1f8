using Npgsql;

namespace Mana.Kernel.Database;

/// <summary>
/// The streaming standbys of <c>READ_DATABASE_URL</c>, as role <c>mana_app</c>: none when it is unset. A standby shows what the primary showed a moment ago, or an hour
/// ago; whoever reads there must first make sure of what it has replayed, and be able to read from the primary instead.
/// </summary>
public sealed class ReadReplicas : IDisposable
{
    internal ReadReplicas(DatabaseOptions options) => Sources =
        [.. ConnectionStrings.Replicas(options).Select((settings, i) => new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = $"mana-replica-{i + 1}" }.Build())];

    /// <summary>One per host, in the order in which they are written.</summary>
    public IReadOnlyList<NpgsqlDataSource> Sources { get; }

    public void Dispose()
    {
        foreach (var source in Sources)
            source.Dispose();
    }
}
