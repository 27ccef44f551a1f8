using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Recurrence;

/// <summary>Budgets, counts and proofs that all routes of recurrence need.</summary>
internal sealed class RecurrenceWork(IRecurrenceExpander expander, RecurrenceOptions options, RecurrenceMetrics metrics, TimeProvider time)
{
    public IRecurrenceExpander Expander => expander;

    public RecurrenceOptions Options => options;

    public Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    public WorkBudget Budget(CancellationToken cancellationToken) => new(options.WorkBudget, time, TimeSpan.FromMilliseconds(options.DeadlineMs), cancellationToken);

    /// <summary>For a stream, which may take as long as its reader does.</summary>
    public WorkBudget StreamBudget(CancellationToken cancellationToken) => new(options.WorkBudget, cancellation: cancellationToken);

    /// <summary>Instances in the ten years from now, or from DTSTART when that is later; counting stops where a rule counts as dense (compute.md 6.10).</summary>
    public int CountAhead(RecurrenceSet set, WorkBudget budget)
    {
        var start = StartOf(set);
        var from = Instant.Max(Now, start);
        var years = from.InUtc().LocalDateTime;
        var last = years.Year + options.DensityWindowYears > 9999 ? Instant.MaxValue : years.PlusYears(options.DensityWindowYears).InUtc().ToInstant() + Duration.Epsilon;
        return expander.Expand(set, new OccurrenceWindow(from, last), budget).Take(options.DensityMax).Count();
    }

    public bool IsDense(int ahead) => ahead >= options.DensityMax;

    /// <summary>No rule can ever give anything, and no date was added by hand.</summary>
    public bool IsUnsatisfiable(RecurrenceSet set) =>
        set.Rules.Count > 0 && set.RDates.Count == 0 && set.Overrides.Count == 0 && set.StartPolicy == StartPolicy.MatchingOnly && !set.Rules.Any(rule => expander.IsSatisfiable(rule, set.Start));

    /// <summary>The work is done; null when the budget held.</summary>
    public ApiError? Exceeded(WorkBudget budget, int partial = 0)
    {
        metrics.Worked(budget.Spent);
        return budget.Stop is WorkStop.None or WorkStop.Cancelled ? null : Exceeded(budget.Stop, partial);
    }

    static ApiError Exceeded(WorkStop stop, int partial) => new(422, "RRULE_BUDGET_EXCEEDED", "The rule needs more work than one request may cost")
    {
        Details = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["reason"] = stop == WorkStop.Deadline ? "deadline" : "units", ["partial"] = true, ["found"] = partial,
        },
    };

    public static Instant StartOf(RecurrenceSet set) => set.Start.Civil.InZoneLeniently(set.Start.Zone ?? DateTimeZone.Utc).ToInstant();

    /// <summary>compute.md 6.11: instants with milliseconds, dates as dates, floating time as if it were UTC.</summary>
    public static string Text(in Occurrence occurrence) => occurrence.AllDay ? AppsJson.Text(occurrence.StartCivil.Date) : AppsJson.Text(occurrence.StartUtc);
}
