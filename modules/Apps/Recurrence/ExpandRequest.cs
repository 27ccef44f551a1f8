using System.Security.Cryptography;
using System.Text;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Recurrence;

/// <summary>What <c>expand</c> is asked for (compute.md 6.11): a series, a window of starts with both ends, and how many at most.</summary>
internal sealed class ExpandRequest
{
    const int DefaultMost = 365;
    static readonly Duration DefaultWindow = Duration.FromDays(365);

    readonly BodyFields _fields;

    ExpandRequest(BodyFields fields, SeriesRequest series) => (_fields, Series) = (fields, series);

    public SeriesRequest Series { get; }

    public required Instant From { get; init; }

    public required Instant Until { get; init; }

    public required int Most { get; init; }

    public required bool Detail { get; init; }

    public required string? Cursor { get; init; }

    /// <summary>Of everything that decides which occurrences there are: a cursor holds for no other request. Most answers need none.</summary>
    public string Fingerprint => field ??= FingerprintOf(_fields, Series.Set);

    static readonly string[] Deciding = ["rrule", "dtstart", "until", "from", "tzid", "duration", "end", "startPolicy", "gap", "overlap"];

    public static (ExpandRequest? Request, ApiError? Refused) Read(BodyFields fields, bool clamp)
    {
        var rule = fields.AnyText("rrule");
        if (string.IsNullOrEmpty(rule) || (!fields.Has("dtstart") && !rule.Contains("DTSTART", StringComparison.OrdinalIgnoreCase)))
            return (null, AppsRefusals.BadRequest("VALIDATION", "rrule and dtstart required"));
        if (!SeriesRequest.Fits(rule))
            return (null, AppsRefusals.BadRequest("RRULE_TOO_LONG", "RRULE too long (max 500 chars)"));
        var most = fields.Whole("maxOccurrences", 1, clamp ? int.MaxValue : RecurrenceOptions.MostOccurrences) ?? DefaultMost;
        var (until, from, cursor, detail) = (Limit(fields, "until"), Limit(fields, "from"), fields.Text("cursor", 200), fields.Flag("detail") ?? false);
        if (fields.Problem is { } problem)
            return (null, problem);
        var (series, refused) = SeriesRequest.Read(fields, rule, _ => null);
        if (refused is not null)
            return (null, refused);
        var start = from?.In(series!.SeriesZone) ?? RecurrenceWork.StartOf(series!.Set);
        var end = until?.EndIn(series.SeriesZone) ?? (start < Instant.MaxValue - DefaultWindow ? start + DefaultWindow : Instant.MaxValue);
        if (end < start)
            return (null, AppsRefusals.BadRequest("INVALID_RANGE", "until lies before the start of the window"));
        return (new ExpandRequest(fields, series) { From = start, Until = end, Most = Math.Min(most, RecurrenceOptions.MostOccurrences), Detail = detail, Cursor = cursor }, null);
    }

    static When? Limit(BodyFields fields, string name)
    {
        if (!fields.Has(name))
            return null;
        if (When.Read(fields.AnyText(name)) is { } when)
            return when;
        fields.Fail(name, "is neither a date nor a time");
        return null;
    }

    static string FingerprintOf(BodyFields fields, RecurrenceSet set)
    {
        var text = new StringBuilder();
        foreach (var name in Deciding)
            text.Append(fields.AnyText(name)).Append('\u001f');
        foreach (var date in set.ExDates)
            text.Append(date.Civil).Append(date.Zone?.Id).Append(date.IsDate).Append('-');
        foreach (var date in set.RDates)
            text.Append(date.Start.Civil).Append(date.Start.Zone?.Id).Append('+');
        foreach (var rule in set.ExRules)
            text.Append(rule).Append('!');
        foreach (var change in set.Overrides)
            text.Append(change.RecurrenceId.Civil).Append(change.Start?.Civil.ToString()).Append(change.Duration).Append(change.Cancelled).Append(change.ThisAndFuture);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
