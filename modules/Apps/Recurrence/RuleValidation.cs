using System.Text.Json.Serialization;
using Mana.Apps.Wire;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Recurrence;

/// <summary><c>validate</c> (compute.md 6.11): always an answer, whatever the text.</summary>
internal sealed class RuleValidation(RecurrenceWork work)
{
    const int FirstDates = 5;

    public ValidationBody Check(BodyFields fields, CancellationToken cancellationToken)
    {
        if (fields.AnyText("rrule") is not { Length: > 0 } rule || !SeriesRequest.Fits(rule))
            return Invalid("Missing or too long", null);
        var now = work.Now;
        var (request, refused) = SeriesRequest.Read(fields, rule, zone => Anchor(now, zone));
        if (refused is not null)
            return Invalid(refused.Message, refused.Error);
        var set = request!.Set;
        if (work.IsUnsatisfiable(set))
            return Invalid("No date can ever match this rule", "RRULE_UNSATISFIABLE");
        var budget = work.Budget(cancellationToken);
        var first = work.Expander.Expand(set, default, budget).Take(FirstDates).Select(occurrence => RecurrenceWork.Text(occurrence)).ToList();
        var ahead = work.CountAhead(set, budget);
        var infinite = set.Rules.Any(one => one.IsInfinite);
        var last = infinite || set.Rules.Count == 0 ? null : work.Expander.Last(set, budget);
        if (work.Exceeded(budget) is { } exceeded)
            return Invalid(exceeded.Message, exceeded.Error) with { Occurrences = ahead };
        var dense = work.IsDense(ahead);
        return new ValidationBody(!(dense && work.Options.Rejects), ahead)
        {
            Error = dense && work.Options.Rejects ? "Too many occurrences" : null,
            Code = dense && work.Options.Rejects ? DensityCode : null,
            Warnings = Warnings(request, dense && work.Options.Warns),
            Canonical = set.Rules.Count == 1 ? set.Rules[0].ToString() : null,
            FirstDates = first,
            Infinite = infinite,
            Bounds = last is { } end ? new ValidationBody.Limits(RecurrenceWork.Text(end)) : null,
        };
    }

    public const string DensityCode = "RRULE_TOO_DENSE";

    /// <summary>DTSTART of a rule that has none: that moment, in whole seconds.</summary>
    public static SeriesStart Anchor(Instant at, DateTimeZone? zone) => zone is null ? SeriesStart.Utc(at.InUtc().LocalDateTime) : SeriesStart.Zoned(at.InZone(zone).LocalDateTime, zone);

    public static IReadOnlyList<WarningBody>? Warnings(SeriesRequest request, bool dense)
    {
        var all = request.Warnings.Select(warning => new WarningBody(warning.Code, warning.Message)).ToList();
        if (dense)
            all.Add(new WarningBody(DensityCode, "The rule gives very many occurrences; answers are cut, and a cursor leads on"));
        return all.Count == 0 ? null : all;
    }

    static ValidationBody Invalid(string error, string? code) => new(false, 0) { Error = error, Code = code };
}

internal sealed record WarningBody(string Code, string Message);

internal sealed record ValidationBody(bool Valid, int Occurrences)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WarningBody>? Warnings { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Canonical { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? FirstDates { get; init; }

    public bool Infinite { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Limits? Bounds { get; init; }

    internal sealed record Limits(string Last);
}
