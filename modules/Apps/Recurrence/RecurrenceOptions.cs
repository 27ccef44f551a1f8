using Mana.Kernel.Configuration;

namespace Mana.Apps.Recurrence;

/// <summary>Section <c>Recurrence</c> (compute.md 27.5).</summary>
internal sealed class RecurrenceOptions : IManaOptions
{
    public const int Longest = 500;
    public const int MostOccurrences = 5_000;

    public int DensityWindowYears { get; set; } = 10;

    /// <summary>Instances in the window from which on a rule is dense.</summary>
    public int DensityMax { get; set; } = 5_000;

    /// <summary>
    /// <c>warn</c>: a dense rule is legal, the answer says so; <c>reject</c>: it is refused in the words of the original, for its clients; <c>off</c>: nothing is said.
    /// </summary>
    public string DensityPolicy { get; set; } = "warn";

    public long WorkBudget { get; set; } = 2_000_000;

    public int DeadlineMs { get; set; } = 250;

    /// <summary>Requests of one user that compute at the same time.</summary>
    public int ConcurrentPerUser { get; set; } = 4;

    /// <summary>How long one more waits for its turn, ms.</summary>
    public int QueueMs { get; set; } = 1_000;

    public bool Rejects => DensityPolicy == "reject";

    public bool Warns => DensityPolicy == "warn";

    public IEnumerable<string> Problems(bool production)
    {
        if (DensityPolicy is not ("warn" or "reject" or "off"))
            yield return "Recurrence:DensityPolicy must be 'warn', 'reject' or 'off'.";
        if (DensityWindowYears is < 1 or > 100 || DensityMax is < 1 or > 1_000_000)
            yield return "Recurrence:DensityWindowYears must be 1 to 100, Recurrence:DensityMax 1 to 1000000.";
        if (WorkBudget < 1_000 || DeadlineMs < 1 || ConcurrentPerUser < 1 || QueueMs < 0)
            yield return "Recurrence:WorkBudget, DeadlineMs, ConcurrentPerUser and QueueMs must be positive.";
    }
}

/// <summary>Section <c>Compat</c> (compute.md 27.5): what is kept for older clients.</summary>
internal sealed class CompatOptions : IManaOptions
{
    /// <summary>Also answer at the paths of the separate servers (compute.md 3.7).</summary>
    public bool LegacyPaths { get; set; } = true;

    /// <summary>More than the most occurrences are cut instead of refused.</summary>
    public bool LegacyClamp { get; set; }

    public IEnumerable<string> Problems(bool production) => [];
}
