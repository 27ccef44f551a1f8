using System.Text.Json.Serialization;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Recurrence;

/// <summary><c>next-occurrence</c> (compute.md 6.11).</summary>
internal sealed class NextOccurrence(RecurrenceWork work)
{
    const int Most = 100;

    public (NextBody? Body, ApiError? Refused) Find(BodyFields fields, CancellationToken cancellationToken)
    {
        if (fields.AnyText("rrule") is not { Length: > 0 } rule)
            return (null, AppsRefusals.BadRequest("RRULE_MISSING", "Missing rrule parameter"));
        if (!SeriesRequest.Fits(rule))
            return (null, AppsRefusals.BadRequest("RRULE_TOO_LONG", "RRULE too long (max 500 chars)"));
        var (after, end) = (Time(fields, "after"), Time(fields, "recurrenceEndDate"));
        var count = fields.Whole("n", 1, Most);
        var inclusive = fields.Flag("inclusive") ?? false;
        if (fields.Problem is { } problem)
            return (null, problem);
        var now = work.Now;
        var (request, refused) = SeriesRequest.Read(fields, rule, zone => RuleValidation.Anchor(after?.In(zone) ?? now, zone));
        if (refused is not null)
            return (null, refused);
        var (set, budget) = (request!.Set, work.Budget(cancellationToken));
        var ahead = work.CountAhead(set, budget);
        if (work.IsDense(ahead) && work.Options.Rejects)
            return (null, AppsRefusals.BadRequest(RuleValidation.DensityCode, $"RRULE generates too many occurrences (max {work.Options.DensityMax})"));
        var from = after?.In(request.SeriesZone) ?? now;
        var limit = end?.EndIn(request.SeriesZone) ?? Instant.MaxValue;
        var found = work.Expander.Expand(set, new OccurrenceWindow(inclusive ? from : from + Duration.Epsilon), budget)
            .Take(count ?? 1).TakeWhile(occurrence => occurrence.StartUtc <= limit).ToList();
        var last = set.Rules.Count == 0 || set.Rules.Any(one => one.IsInfinite) ? null : work.Expander.Last(set, budget);
        return work.Exceeded(budget, found.Count) is { } exceeded ? (null, exceeded)
            : (Body(request, found, ahead, count, end is not null, last), null);
    }

    NextBody Body(SeriesRequest request, List<Occurrence> found, int ahead, int? count, bool hasEnd, Occurrence? last) => new(found.Count == 0 ? null : RecurrenceWork.Text(found[0]), true, ahead)
    {
        Message = found.Count == 0 && hasEnd ? "No more occurrences (past end date)" : null,
        NextDates = count is null ? null : found.ConvertAll(occurrence => RecurrenceWork.Text(occurrence)),
        NextLocal = found.Count == 0 || found[0].AllDay ? null : AppsJson.Text(found[0].StartCivil),
        Tzid = request.Set.Start.Zone?.Id,
        Floating = request.IsFloating ? true : null,
        Warnings = Warnings(request, ahead),
        LastDate = last is { } end ? RecurrenceWork.Text(end) : null,
    };

    IReadOnlyList<WarningBody>? Warnings(SeriesRequest request, int ahead)
    {
        var warnings = RuleValidation.Warnings(request, work.IsDense(ahead) && work.Options.Warns);
        return ahead == 0 && work.IsUnsatisfiable(request.Set) ? [.. warnings ?? [], new WarningBody("RRULE_UNSATISFIABLE", "No date can ever match this rule")] : warnings;
    }

    static When? Time(BodyFields fields, string name)
    {
        if (!fields.Has(name))
            return null;
        if (When.Read(fields.AnyText(name)) is { } when)
            return when;
        fields.Fail(name, "must be an ISO 8601 time with its offset");
        return null;
    }
}

internal sealed record NextBody(string? NextDate, bool Valid, int TotalOccurrences)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NextDates { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextLocal { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tzid { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Floating { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WarningBody>? Warnings { get; init; }

    public string? LastDate { get; init; }
}
