namespace Mana.Recurrence.Contracts;

/// <summary>
/// Bounds what one request may cost (compute.md 6.9): a unit is one visit of a period or one candidate. When it is used up, the time is over or the
/// caller has gone, the enumeration ends and <see cref="Stop"/> says why. Not for several threads at once.
/// </summary>
public sealed class WorkBudget
{
    public const long DefaultUnits = 2_000_000;

    const int Between = 1_024;

    readonly TimeProvider? _time;
    readonly TimeSpan _deadline;
    readonly long _started;
    readonly CancellationToken _cancellation;
    readonly long _units;
    long _left;
    long _nextLook;

    /// <summary>A budget for one request; its deadline runs from here on.</summary>
    /// <param name="time">Measures the deadline; without it there is none.</param>
    public WorkBudget(long units = DefaultUnits, TimeProvider? time = null, TimeSpan deadline = default, CancellationToken cancellation = default)
    {
        _left = _units = units;
        _nextLook = NextLook();
        _time = time;
        _deadline = deadline;
        _started = time?.GetTimestamp() ?? 0;
        _cancellation = cancellation;
    }

    /// <summary>How many units were spent so far.</summary>
    public long Spent => _units - Math.Max(_left, 0);

    /// <summary>Why the enumeration ended early, if it did.</summary>
    public WorkStop Stop { get; private set; }

    /// <summary>False when there is nothing left to spend. Looks at the clock and the token every 1,024 units.</summary>
    internal bool Spend(int units = 1)
    {
        _left -= units;
        return _left > _nextLook || Look();
    }

    long NextLook() => _left > 0 ? Math.Max(_left - Between, 0) : -1;

    bool Look()
    {
        _nextLook = NextLook();
        if (Stop != WorkStop.None)
            return false;
        if (_left < 0)
            Stop = WorkStop.Units;
        else if (_cancellation.IsCancellationRequested)
            Stop = WorkStop.Cancelled;
        else if (_time is not null && _time.GetElapsedTime(_started) >= _deadline)
            Stop = WorkStop.Deadline;
        if (Stop == WorkStop.None)
            return true;
        _nextLook = long.MaxValue;
        return false;
    }
}

/// <summary>Why a <see cref="WorkBudget"/> ended an enumeration.</summary>
public enum WorkStop
{
    None,
    Units,
    Deadline,
    Cancelled,
}
