namespace Mana.Recurrence.Contracts;

/// <summary>FREQ of RFC 5545 3.3.10, from fine to coarse.</summary>
public enum Frequency
{
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// <summary>SKIP of RFC 7529 4.1: what becomes of a day that a month or year does not have.</summary>
public enum SkipMode
{
    /// <summary>There is no instance (RFC 5545 and the default).</summary>
    Omit,

    /// <summary>The last day before it.</summary>
    Backward,

    /// <summary>The first day after it.</summary>
    Forward,
}
