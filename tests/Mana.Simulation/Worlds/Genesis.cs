using System.Globalization;
using Mana.Auth.Data;
using Mana.Auth.Spaces;
using Mana.Simulation.Devices;
using Mana.Simulation.Network;
using Npgsql;

namespace Mana.Simulation.Worlds;

/// <summary>Makes the world of a seed: people with accounts, spaces, devices of both generations with clocks that are right or wrong.</summary>
internal static class Genesis
{
    const long Hour = 3600 * 1_000_000L;
    const long Minute = 60 * 1_000_000L;

    public static async Task<World> CreateAsync(Arena arena, int seed)
    {
        var dice = new Dice(seed);
        var (tag, generations) = (arena.NextTag(seed), dice.Weighted((60, (true, true)), (25, (false, true)), (15, (true, false))));
        var climate = new Climate(
            Legacy: generations.Item1, Modern: generations.Item2, HardDeletes: dice.Percent(40), Compaction: dice.Percent(50), FutureBase: dice.Percent(50),
            Styles: !generations.Item1 && dice.Percent(60), Steps: dice.Between(40, 60));
        // Just ahead of the hosts, inside their tolerance, edits can be newer than a hard delete, which takes the time of the server.
        var start = Instants.Of(TimeProvider.System.GetUtcNow()) / 1000 * 1000 + (climate.FutureBase ? 2 * Minute : -Hour);
        var world = new World(seed, tag, dice, climate, start);
        await PeopleAsync(arena, world, 2 + (dice.Percent(40) ? 1 : 0));
        await SpacesAsync(arena, world, dice.Weighted((25, 0), (50, 1), (25, 2)));
        Devices(world);
        world.Note(world.ToString());
        return world;
    }

    static async Task PeopleAsync(Arena arena, World world, int count)
    {
        var ids = Enumerable.Range(0, count).Select(i => $"sim-{world.Tag}-{i}").ToArray();
        await using var command = arena.Database.CreateCommand("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at,
              two_factor_enabled, lockout_enabled, access_failed_count)
            SELECT id, 'person', id, id, false, 'user', 'public', 'human', now(), now(), false, true, 0 FROM unnest($1::text[]) AS id
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = ids });
        await command.ExecuteNonQueryAsync();
        foreach (var (id, i) in ids.Select((id, i) => (id, i)))
        {
            var person = new Person(world, id, "p" + i.ToString(CultureInfo.InvariantCulture), await arena.Hosts[0].TokenAsync(id));
            world.People.Add(person);
            world.Records.AddScope(world.Tag, person.Own, person.ToString(), []);
        }
    }

    static async Task SpacesAsync(Arena arena, World world, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var owner = world.Dice.Pick(world.People);
            var created = await arena.Hosts[world.Dice.Below(2)].WithSpacesAsync(spaces => spaces.CreateAsync(SpaceType.Team, "A space", owner.UserId, CancellationToken.None));
            var space = new Space(((SpaceCreation.Created)created).SpaceId, "s" + i.ToString(CultureInfo.InvariantCulture), owner);
            world.Spaces.Add(space);
            world.Records.AddScope(world.Tag, space.Scope, space.Name, world.People);
            owner.Join(space);
            foreach (var host in arena.Hosts)
                host.Forget(owner.UserId);
            foreach (var person in world.People.Where(person => person != owner && world.Dice.Percent(60)))
                await Memberships.JoinAsync(arena, world, space, person);
        }
    }

    static void Devices(World world)
    {
        var count = world.People.Count + world.Dice.Between(2, 3);
        for (var i = 0; i < count; i++)
        {
            var person = i < world.People.Count ? world.People[i] : world.Dice.Pick(world.People);
            var legacy = world.Climate.Legacy && (!world.Climate.Modern || world.Dice.Percent(50));
            // Two people now and then share a browser profile, and with it the client id.
            var clientId = world.Dice.Percent(10) ? world.Devices.Find(other => person.Devices.TrueForAll(own => own.ClientId != other.ClientId))?.ClientId : null;
            var device = Make(world, person, $"{person}.d{i}", clientId ?? $"{world.Tag}-d{i}", legacy);
            person.Devices.Add(device);
            world.Devices.Add(device);
        }
    }

    public static Device Make(World world, Person person, string name, string clientId, bool legacy)
    {
        var dice = world.Dice;
        var ahead = world.Climate.FutureBase ? 2 * Minute : Hour + (3 * Minute);
        var skew = dice.Weighted((55, 0L), (10, 1000L), (10, -1000L), (10, -3 * Hour), (10, ahead), (5, legacy || world.Climate.HardDeletes ? 0 : 25 * Hour));
        var style = world.Climate.Styles ? dice.Pick([TimeStyle.Millis, TimeStyle.Micros, TimeStyle.Offset]) : TimeStyle.Millis;
        return legacy
            ? new LegacyDevice(person, name, clientId) { Skew = skew }
            : new ModernDevice(person, name, clientId) { Skew = skew, Style = style, StartsWithState = dice.Percent(40) };
    }
}
