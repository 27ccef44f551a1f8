using Mana.Simulation.Worlds;

namespace Mana.Simulation.Devices;

/// <summary>
/// A local-first client with everything it keeps over a restart: records, queue, cursors. It makes requests and takes in replies; when they
/// are sent, and whether and in what order the replies arrive, is decided elsewhere.
/// </summary>
internal abstract class Device(Person person, string name, string clientId, Replica replica)
{
    public static readonly string[] Tables = ["notes", "tasks"];

    public Person Person => person;

    public string ClientId => clientId;

    public abstract bool IsLegacy { get; }

    /// <summary>How far its clock is from the world's, µs.</summary>
    public long Skew { get; init; }

    public TimeStyle Style { get; init; }

    public List<Change> Pending { get; } = [];

    /// <summary>Requests of a process that has crashed since get no answer.</summary>
    public int Incarnation { get; private set; }

    /// <summary>Facts that were found reflected here; see <see cref="Checks.Facts"/>.</summary>
    public HashSet<int> SeenFacts { get; } = [];

    protected Replica Replica => replica;

    /// <summary>What was delivered and confirmed; with an empty queue that is what its user sees.</summary>
    public IReadOnlyDictionary<RecordKey, Dictionary<string, Held>> Records => replica.Records;

    public override string ToString() => name;

    /// <summary>The record as its user sees it now.</summary>
    public abstract IReadOnlyDictionary<string, Held>? View(RecordKey key);

    /// <summary>The time that an edit of these fields gets.</summary>
    public abstract long TimeFor(RecordKey key, IEnumerable<string> fields, long now);

    /// <summary>An edit: durable before it is sent.</summary>
    public abstract void Edit(Change change);

    public abstract Request Push(int most, RequestFrame frame);

    public abstract Request Pull(string table, int? limit, RequestFrame frame);

    /// <summary>The next page of a pull that was cut, from where the reply ended.</summary>
    public abstract Request Following(Request request, Reply reply, RequestFrame frame);

    /// <summary>Takes a reply in. With <paramref name="crashHalfway"/> the process ends while it does; what is not one transaction stays half done.</summary>
    /// <returns>False when the reply was out of date and nothing but its acknowledgements counted.</returns>
    public abstract bool Accept(Request request, Reply reply, string now, bool crashHalfway = false);

    public void Crash() => Incarnation++;

    /// <summary>The server refused the change because its space is closed to this person: what was cached of it goes, and what waited for it.</summary>
    public void Refused(Change change) => Purge(change.Scope, change.Key);

    /// <summary>The person has left the space, and the device knows.</summary>
    public void Purge(string scope, RecordKey? also = null)
    {
        Pending.RemoveAll(change => change.Scope == scope);
        foreach (var key in replica.Records.Keys.Where(key => person.World.Records.ScopeOf(key) == scope || key == also).ToList())
            replica.Remove(key);
    }

    protected void Settle(Request request) => Pending.RemoveAll(change => request.Sent.Contains(change));

    protected Request Make(RequestFrame frame, int steps, string? table, int? limit, string? since, Bookmark? before, IReadOnlyList<Change> sent, bool stateView = false) => new()
    {
        Device = this,
        Table = table,
        Limit = limit,
        Since = since,
        Before = before,
        StateView = stateView,
        Sent = sent,
        Incarnation = Incarnation,
        Steps = steps,
        Moves = frame.Moves,
        Readable = frame.Readable,
        Facts = frame.Facts,
    };
}

/// <summary>What the world knows at the moment a request is made.</summary>
internal readonly record struct RequestFrame(IReadOnlySet<string> Readable, int Moves, int Facts);
