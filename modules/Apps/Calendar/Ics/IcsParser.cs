namespace Mana.Apps.Calendar.Ics;

/// <summary>
/// Content lines in, components out (compute.md 9.3). Components are matched by a stack, so that an alarm's properties stay the alarm's. Whatever is wrong is
/// remarked and read around; nothing throws.
/// </summary>
internal sealed class IcsParser
{
    static readonly HashSet<string> Known = new(StringComparer.Ordinal) { "VCALENDAR", "VEVENT", "VALARM", "VTIMEZONE", "STANDARD", "DAYLIGHT" };

    readonly IcsLines _lines;
    readonly Stack<IcsComponent> _open = new();
    readonly Action<IcsComponent> _event;
    long _bytes;
    int _components;
    int _kept;

    /// <summary>Depth inside a component that is not read.</summary>
    int _skipping;

    public IcsParser(Action<IcsComponent> onEvent)
    {
        _event = onEvent;
        _lines = new IcsLines(Take, Remark);
    }

    public List<IcsRemark> Remarks { get; } = [];

    public List<IcsComponent> Calendars { get; } = [];

    public Dictionary<string, IcsComponent> Zones { get; } = new(StringComparer.Ordinal);

    /// <summary>VTODO, VJOURNAL, VFREEBUSY and others, by name.</summary>
    public Dictionary<string, int> Skipped { get; } = new(StringComparer.Ordinal);

    public IcsProblem Problem { get; private set; }

    /// <summary>An event was open when the file ended.</summary>
    public int? TruncatedAt { get; private set; }

    /// <summary>The file has come to the end of its calendar; only then does what is not in it not exist.</summary>
    public bool IsWhole { get; private set; }

    bool _sawAny;

    /// <summary>False when the rest need not be read: see <see cref="Problem"/>.</summary>
    public bool Feed(ReadOnlySpan<byte> bytes)
    {
        _bytes += bytes.Length;
        if (_bytes > IcsLimits.FileBytes)
            Problem = IcsProblem.TooLarge;
        if (Problem == IcsProblem.None)
            _lines.Feed(bytes);
        return Problem == IcsProblem.None;
    }

    public void Complete()
    {
        if (Problem != IcsProblem.None)
            return;
        _lines.Complete();
        if (Problem == IcsProblem.None && !_sawAny)
            Problem = IcsProblem.NotICalendar;
        IsWhole = Problem == IcsProblem.None && Calendars.Count > 0 && _open.Count == 0 && _skipping == 0;
        while (_open.TryPop(out var component))
        {
            Remark(new IcsRemark(component.Line, "MISSING_END", $"{component.Name} has no END"));
            // Half an event would be a wrong one; half a calendar is a calendar.
            if (component.Name == "VEVENT")
                TruncatedAt = component.Line;
        }
    }

    void Take(int line, string text)
    {
        if (Problem != IcsProblem.None)
            return;
        var property = IcsProperty.Read(line, text);
        if (property is null)
            Remark(new IcsRemark(line, "NO_PROPERTY", "The line is no property and was left out"));
        else if (property.Name == "BEGIN")
            Begin(property.Value.Trim().ToUpperInvariant(), line);
        else if (property.Name == "END")
            End(property.Value.Trim().ToUpperInvariant(), line);
        else if (_skipping == 0 && _open.TryPeek(out var component))
            Keep(component, property);
    }

    /// <summary>A file of ten mebibytes may hold millions of properties that say nothing.</summary>
    void Keep(IcsComponent component, IcsProperty property)
    {
        _kept += 1 + property.Parameters.Count;
        if (_kept > IcsLimits.Properties)
            Problem = IcsProblem.TooManyComponents;
        else if (component.Properties.Count < IcsLimits.PropertiesOfOne)
            component.Properties.Add(property);
        else
            Remark(new IcsRemark(property.Line, "TOO_MANY_PROPERTIES", $"A component has more than {IcsLimits.PropertiesOfOne} properties"));
    }

    void Begin(string name, int line)
    {
        if (++_components > IcsLimits.Components)
        {
            Problem = IcsProblem.TooManyComponents;
            return;
        }

        _sawAny |= name is "VCALENDAR" or "VEVENT";
        if (_skipping == 0 && name == "VEVENT" && _open.TryPeek(out var open) && open.Name == "VEVENT")
        {
            Remark(new IcsRemark(open.Line, "MISSING_END", "VEVENT has no END"));
            Close(_open.Pop());
        }

        if (_skipping > 0 || !Known.Contains(name) || _open.Count >= IcsLimits.Nesting)
        {
            if (_skipping++ == 0)
            {
                var kind = name is "VTODO" or "VJOURNAL" or "VFREEBUSY" or "VAVAILABILITY" ? name : "unknown component";
                Skipped[kind] = Skipped.GetValueOrDefault(kind) + 1;
                if (_open.Count >= IcsLimits.Nesting)
                    Remark(new IcsRemark(line, "TOO_DEEP", "Components are nested too deeply; this one was left out"));
            }

            return;
        }

        _open.Push(new IcsComponent(name, line));
    }

    void End(string name, int line)
    {
        if (_skipping > 0)
        {
            _skipping--;
            return;
        }

        if (!_open.Any(component => component.Name == name))
        {
            Remark(new IcsRemark(line, "STRAY_END", $"END:{(name.Length > 40 ? name[..40] : name)} has no BEGIN"));
            return;
        }

        while (_open.TryPop(out var component))
        {
            Close(component);
            if (component.Name == name)
                return;
            Remark(new IcsRemark(component.Line, "MISSING_END", $"{component.Name} has no END"));
        }
    }

    void Close(IcsComponent component)
    {
        switch (component.Name)
        {
            case "VEVENT":
                _event(component);
                break;
            case "VCALENDAR":
                Calendars.Add(component);
                break;
            case "VTIMEZONE" when component.Find("TZID") is { } id:
                Zones.TryAdd(id.Value.Trim(), component);
                break;
            default:
                if (_open.TryPeek(out var parent))
                    parent.Children.Add(component);
                break;
        }
    }

    void Remark(IcsRemark remark)
    {
        if (Remarks.Count < IcsLimits.Remarks)
            Remarks.Add(remark);
    }
}
