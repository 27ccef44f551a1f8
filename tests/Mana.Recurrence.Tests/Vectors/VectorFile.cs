using System.Text.Json;
using Mana.Recurrence.Contracts;
using NodaTime;
using NodaTime.Text;

namespace Mana.Recurrence.Tests.Vectors;

/// <summary>The shared cases in <c>../shared/rrule</c>: agreed by several independent engines, not written for this one.</summary>
internal static class VectorFile
{
    static readonly LocalDateTimePattern Compact = LocalDateTimePattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss");

    public static IReadOnlyList<JsonElement> Read(string name) =>
        [.. File.ReadLines(Path.Combine(Folder, name)).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];

    public static string Folder { get; } = Find();

    public static string? Text(this JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static int? Number(this JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    public static string[] Texts(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : [];

    /// <summary><c>2026-01-01</c>, <c>2026-01-01T09:00:00</c>, the same with Z, <c>20260101T090000</c>.</summary>
    public static LocalDateTime Time(string text)
    {
        text = text.TrimEnd('Z');
        if (text.Length == 8)
            text += "T000000";
        if (text.Length == 10)
            text += "T00:00:00";
        return (text.Contains('-') ? LocalDateTimePattern.ExtendedIso : Compact).Parse(text).Value;
    }

    public static SeriesStart Start(JsonElement row)
    {
        var time = Time(row.Text("dtstart")!);
        return row.Text("value_type") == "DATE" || row.Text("dtstart_kind") == "date" ? SeriesStart.Date(time.Date)
            : row.Text("tzid") is { } zone ? SeriesStart.Zoned(time, DateTimeZoneProviders.Tzdb[zone])
            : SeriesStart.Floating(time);
    }

    public static RecurrenceSet Set(JsonElement row)
    {
        var start = Start(row);
        return new RecurrenceSet
        {
            Start = start,
            Rules = row.Text("rrule") is { } rule ? [Rule(rule, start.Kind)] : [],
            ExRules = [.. row.Texts("exrule").Select(text => Rule(text, start.Kind))],
            RDates = [.. row.Texts("rdate").Select(date => new AdditionalDate(new SeriesDate(Time(date), null, date.Length == 10)))],
            ExDates = [.. row.Texts("exdate").Select(date => new SeriesDate(Time(date), null, date.Length == 10))],
        };
    }

    public static RecurrenceRule Rule(string text, StartKind? kind = null) =>
        RecurrenceRule.TryParse(text, RuleSyntax.Exact, kind, out var rule, out var error) ? rule : throw new FormatException($"{text}: {error}");

    /// <summary>As the files write it: with Z when the series has a zone, a date for a DATE.</summary>
    public static string Write(RecurrenceSet set, Occurrence occurrence) => set.Start.Kind switch
    {
        StartKind.Date => LocalDatePattern.Iso.Format(occurrence.StartCivil.Date),
        StartKind.Floating => LocalDateTimePattern.GeneralIso.Format(occurrence.StartCivil),
        _ => InstantPattern.General.Format(occurrence.StartUtc),
    };

    static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Mana.Platform.sln")))
                return Path.GetFullPath(Path.Combine(folder, "..", "shared", "rrule"));
        throw new InvalidOperationException("No Mana.Platform.sln above the test's own folder.");
    }
}
