namespace Mana.Recurrence.Contracts;

/// <summary>What becomes of a civil time that a zone skips (compute.md 6.7). The RFC's text supports both readings.</summary>
public enum GapPolicy
{
    /// <summary>The offset before the gap counts: 02:30 becomes 03:30 (RFC 5545 3.3.5).</summary>
    ShiftForward,

    /// <summary>There is no instance, and COUNT does not count it (RFC 5545 3.3.10: "MUST be ignored").</summary>
    Skip,
}

/// <summary>Which instant a civil time means that a zone repeats.</summary>
public enum OverlapPolicy
{
    /// <summary>RFC 5545 3.3.5.</summary>
    First,
    Second,
}
