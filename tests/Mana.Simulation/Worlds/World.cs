using System.Globalization;
using Mana.Simulation.Checks;
using Mana.Simulation.Devices;

namespace Mana.Simulation.Worlds;

/// <summary>What kind of world a seed makes.</summary>
internal sealed record Climate(bool Legacy, bool Modern, bool HardDeletes, bool Compaction, bool FutureBase, bool Styles, int Steps);

/// <summary>Everything that one seed brings into being, and the list of what happened, for whoever reads a failure.</summary>
internal sealed class World(int seed, string tag, Dice dice, Climate climate, long start)
{
    readonly List<string> _log = [];
    int _changes;

    public int Seed => seed;

    public string Tag => tag;

    public Dice Dice => dice;

    public Climate Climate => climate;

    public Catalogue Records { get; } = new();

    public List<Person> People { get; } = [];

    public List<Space> Spaces { get; } = [];

    public List<Device> Devices { get; } = [];

    /// <summary>Every edit that any device made, by number.</summary>
    public List<Change> Changes { get; } = [];

    public Facts Facts { get; } = new(climate.Compaction || climate.Modern);

    public IReadOnlyList<string> Log => _log;

    /// <summary>The true time of the world, µs: moves a little or not at all between two edits, so that equal times are common.</summary>
    public long Now { get; private set; } = start;

    public void Pass() => Now += dice.Percent(50) ? 0 : dice.Between(1, 3) * 1000L;

    /// <summary>The newest time that anybody has given to a field of the record, of those that the server takes as they are.</summary>
    public long NewestEdit(RecordKey key) => Changes.Where(change => change.Key == key).SelectMany(change => change.Writes)
        .Select(write => write.Micros).Where(micros => micros < Now + (4 * 3600 * 1_000_000L)).DefaultIfEmpty().Max();

    public string[] Scopes() => [.. People.Select(person => person.Own), .. Spaces.Select(space => space.Scope)];

    public int NextNumber() => ++_changes;

    public void Note(string line) => _log.Add(line);

    public void Violated(string check, string details) => throw new ViolationException(seed, check, details, _log);

    /// <summary>Looks at what a host answered, whether or not the answer will arrive.</summary>
    public void Examine(Request request, Reply reply)
    {
        if (Inspection.Problem(this, request, reply) is var (check, details))
            Violated(check, details);
        if (!reply.Ok)
            return;
        foreach (var ack in reply.Acks)
            request.Sent[ack.Index].ClampedTo ??= ack.ClampedTo;
        foreach (var change in request.Sent.Where(change => !change.Answered))
        {
            change.Answered = true;
            Facts.Learn(change);
        }
    }

    /// <summary>Lets the reply arrive. True when the device has come as far as it goes.</summary>
    public bool Take(Request request, Reply reply, bool crashHalfway = false)
    {
        var device = request.Device;
        if (!reply.Ok)
        {
            if (reply.Index is { } index)
                device.Refused(request.Sent[index]);
            return false;
        }

        Note($"  {device} gets {reply}{(crashHalfway ? " and crashes halfway through it" : "")}");
        var taken = device.Accept(request, reply, ClockOf(device), crashHalfway);
        if (taken && !crashHalfway && !reply.HasMore && Facts.Contradiction(request) is { } problem)
            Violated("read your writes", problem);
        return taken && !crashHalfway;
    }

    public string ClockOf(Device device) => Instants.Format(Now + device.Skew, TimeStyle.Millis);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {seed}: {climate}; {string.Join(", ", Devices.Select(device => $"{device} {(device.IsLegacy ? "legacy" : "modern")} {device.Style} skew {device.Skew / 1000} ms"))}; spaces {string.Join(", ", Spaces.Select(space => $"{space.Name} of {space.Owner}"))}");
}

/// <summary>A seed has shown that a promise does not hold.</summary>
internal sealed class ViolationException(int seed, string check, string details, IReadOnlyList<string> log) : Exception($"seed {seed}: {check}: {details}")
{
    public int Seed => seed;

    public string Check => check;

    public string Details => details;

    public IReadOnlyList<string> Log => log;
}
