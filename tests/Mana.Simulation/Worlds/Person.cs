using Mana.Simulation.Devices;

namespace Mana.Simulation.Worlds;

/// <summary>Somebody with devices, their own data and perhaps memberships.</summary>
internal sealed class Person(World world, string userId, string name, string token)
{
    readonly HashSet<string> _readable = new(StringComparer.Ordinal) { "user:" + userId };

    public World World => world;

    public string UserId => userId;

    public string Token => token;

    public string Own => "user:" + userId;

    public List<Device> Devices { get; } = [];

    /// <summary>Names of the scopes that this person may read at this moment.</summary>
    public IReadOnlySet<string> Readable => _readable;

    public void Join(Space space) => Moves += _readable.Add(space.Scope) ? 1 : 0;

    public void Leave(Space space) => Moves += _readable.Remove(space.Scope) ? 1 : 0;

    /// <summary>How often they joined or left.</summary>
    public int Moves { get; private set; }

    public RequestFrame Frame() => new(_readable.ToHashSet(StringComparer.Ordinal), Moves, world.Facts.Count);

    public override string ToString() => name;
}

/// <summary>A shared space. Its owner stays.</summary>
internal sealed record Space(string Id, string Name, Person Owner)
{
    public string Scope => "space:" + Id;
}
