using Mana.Simulation.Network;
using Npgsql;

namespace Mana.Simulation.Worlds;

/// <summary>
/// Compaction at any moment, also while devices push and read: of everything, or of the older half. It forgets which changes were repeated, so
/// where it runs a change may be accepted twice; in production that takes a device that repeats itself after months.
/// </summary>
internal static class Compactions
{
    const string Scopes = """
        SELECT s.id, s.name, CASE WHEN $2 THEN s.last_seq ELSE (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY c.seq) FROM sync.changes c WHERE c.scope_id = s.id) END
        FROM sync.scopes s WHERE s.name = ANY ($1)
        """;

    /// <summary>Draws which scopes, how far and where; the result runs it.</summary>
    public static Func<Task> Prepare(Arena arena, World world)
    {
        var scopes = world.Scopes().Where(_ => world.Dice.Percent(60)).ToArray();
        var (host, everything) = (arena.Hosts[world.Dice.Below(2)], world.Dice.Percent(60));
        world.Note($"{host} compacts {(everything ? "all" : "half")} of {string.Join(", ", scopes)}");
        return () => RunAsync(arena, host, scopes, everything);
    }

    static async Task RunAsync(Arena arena, SimulatedHost host, string[] scopes, bool everything)
    {
        var found = new List<(long Id, string Name, long Until)>();
        await using (var command = arena.Database.CreateCommand(Scopes))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = scopes });
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = everything });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                found.Add((reader.GetInt64(0), reader.GetString(1), await reader.IsDBNullAsync(2) ? 0 : reader.GetInt64(2)));
        }

        foreach (var (id, name, until) in found)
            await host.CompactAsync(id, name, until);
    }
}
