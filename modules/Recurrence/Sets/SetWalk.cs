using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Sets;

/// <summary>
/// Merges the rules and dates of a set and takes the exclusions out (RFC 5545 3.8.5): always the earliest instant of all sources, once. The sources
/// are few, so they are searched, not heaped.
/// </summary>
internal sealed class SetWalk
{
    /// <summary>Steps that an exclusion may be behind before it is worth a seek.</summary>
    const int WorthSeeking = 16;

    readonly WorkBudget? _budget;
    readonly RuleStream[] _rules;
    readonly RuleStream[] _exRules;
    readonly FixedDates _dates;
    readonly Exclusions _exclusions;

    /// <summary>Seeks every source.</summary>
    /// <param name="from">The first second of UTC that is wanted.</param>
    public SetWalk(RecurrenceSet set, long from, WorkBudget? budget)
    {
        _budget = budget;
        var startComesFirst = set.StartPolicy == StartPolicy.AlwaysFirst;
        _rules = [.. set.Rules.Select(rule => new RuleStream(set, rule, startComesFirst, budget))];
        _exRules = [.. set.ExRules.Select(rule => new RuleStream(set, rule, false, budget))];
        foreach (ref var rule in _rules.AsSpan())
            rule.Seek(from);
        foreach (ref var rule in _exRules.AsSpan())
            rule.Seek(from);
        _dates = new FixedDates(set, from);
        _exclusions = new Exclusions(set);
    }

    public long Instant { get; private set; }

    /// <summary>Civil time as the rule or RDATE gave it.</summary>
    public long Local { get; private set; }

    public bool IsRDate { get; private set; }

    /// <summary>Of an RDATE that is a PERIOD.</summary>
    public SeriesDuration? Duration { get; private set; }

    public bool MoveNext()
    {
        while (_budget?.Spend() != false)
        {
            if (!TakeEarliest())
                return false;
            if (!_exclusions.Hold(Instant, Local) && !IsExcludedByRule())
                return true;
        }

        return false;
    }

    bool TakeEarliest()
    {
        var earliest = _dates.Exists ? _dates.Instant : long.MaxValue;
        foreach (ref readonly var rule in _rules.AsSpan())
            if (rule.Exists && rule.Instant < earliest)
                earliest = rule.Instant;
        if (earliest == long.MaxValue)
            return false;
        Instant = earliest;
        IsRDate = false;
        Duration = null;
        if (_dates.Exists && _dates.Instant == earliest)
        {
            (Local, Duration, IsRDate) = (_dates.Local, _dates.Duration, !_dates.IsStart);
            _dates.MoveNext();
        }

        foreach (ref var rule in _rules.AsSpan())
            if (rule.Exists && rule.Instant == earliest)
            {
                (Local, IsRDate) = (rule.Local, false);
                rule.MoveNext();
            }

        return true;
    }

    bool IsExcludedByRule()
    {
        var excluded = false;
        foreach (ref var rule in _exRules.AsSpan())
        {
            for (var steps = 0; steps < WorthSeeking && rule.Exists && rule.Instant < Instant; steps++)
                rule.MoveNext();
            if (rule.Exists && rule.Instant < Instant)
                rule.Seek(Instant);
            excluded |= rule.Exists && rule.Instant == Instant;
        }

        return excluded;
    }
}
