using NodaTime;

namespace Mana.Apps.Calendar.Ics;

/// <summary>A whole file: events without duplicates, calendars, and everything that was left out with its reason.</summary>
internal sealed class IcsReading
{
    readonly List<IcsComponent> _components = [];
    readonly IcsParser _parser;

    public IcsReading() => _parser = new IcsParser(_components.Add);

    public List<IcsEvent> Events { get; } = [];

    public List<IcsCalendar> Calendars { get; } = [];

    public List<(int Line, string Reason)> Skipped { get; } = [];

    public IReadOnlyList<IcsRemark> Warnings => _parser.Remarks;

    /// <inheritdoc cref="IcsParser.Feed"/>
    public bool Feed(ReadOnlySpan<byte> bytes) => _parser.Feed(bytes);

    /// <inheritdoc cref="IcsParser.IsWhole"/>
    public bool IsWhole => _parser.IsWhole;

    /// <summary>Reads the events.</summary>
    /// <param name="isLate">Whether it takes too long; asked before each event.</param>
    public IcsProblem Complete(Func<bool>? isLate = null)
    {
        _parser.Complete();
        if (_parser.Problem != IcsProblem.None)
            return _parser.Problem;
        var zones = new IcsZones(_parser.Zones);
        var found = new Dictionary<(string, Instant?), int>();
        for (var i = 0; i < _components.Count; i++)
        {
            if (isLate?.Invoke() == true)
                return IcsProblem.TooSlow;
            var component = _components[i];
            // Zones may stand behind the events, so events wait for the end; their components are let go one by one.
            _components[i] = null!;
            var (read, reason) = new IcsEventReader(component).Read(zones.Find);
            if (read is null)
                Skip(component.Line, reason!);
            else
                Add(read, component.Line, found);
        }

        if (_parser.TruncatedAt is { } line)
            Skip(line, "The file ends inside this event");
        foreach (var (name, count) in _parser.Skipped)
            Skip(0, $"{count} × {name}");
        foreach (var calendar in _parser.Calendars)
            Calendars.Add(new IcsCalendar(
                (calendar.Find("X-WR-CALNAME") ?? calendar.Find("NAME"))?.Text(), (calendar.Find("COLOR") ?? calendar.Find("X-APPLE-CALENDAR-COLOR"))?.Text(),
                calendar.Find("X-WR-TIMEZONE")?.Value.Trim(), (calendar.Find("X-WR-CALDESC") ?? calendar.Find("DESCRIPTION"))?.Text()));
        return IcsProblem.None;
    }

    void Add(IcsEvent read, int line, Dictionary<(string, Instant?), int> found)
    {
        if (!found.TryGetValue(read.Key, out var at))
        {
            found.Add(read.Key, Events.Count);
            Events.Add(read);
            return;
        }

        Skip(line, "The file holds this event twice; the newer one counts");
        var held = Events[at];
        if ((read.Sequence, read.Stamp ?? Instant.MinValue).CompareTo((held.Sequence, held.Stamp ?? Instant.MinValue)) > 0)
            Events[at] = read;
    }

    void Skip(int line, string reason)
    {
        if (Skipped.Count < IcsLimits.Remarks)
            Skipped.Add((line, reason));
    }
}
