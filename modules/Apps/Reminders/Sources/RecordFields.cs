using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Apps.Wire;
using Mana.Recurrence.Contracts;
using NodaTime;
using NodaTime.Text;

namespace Mana.Apps.Reminders.Sources;

/// <summary>Reads what clients wrote, in whatever type: a field that is not as expected is as good as none.</summary>
internal static class RecordFields
{
    const int LongestNumber = 40_320;

    public static string? Text(this JsonObject fields, string name) => RecordText.Of(fields[name]) is { Length: > 0 } text ? text : null;

    public static bool Flag(this JsonObject fields, string name) => fields[name] is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    /// <summary>A whole number from 0 to 40,320.</summary>
    public static int? Number(this JsonNode? value) => value is JsonValue number && number.GetValueKind() == JsonValueKind.Number
        && number.TryGetValue<double>(out var read) && read is >= 0 and <= LongestNumber && double.IsInteger(read) ? (int)read : null;

    /// <summary>
    /// <c>2026-03-29</c>, an ISO 8601 instant, or a civil time without an offset. In whole milliseconds: what is finer than the database keeps would look moved each
    /// time it is compared.
    /// </summary>
    public static Anchor? When(this JsonObject fields, string name) => When(fields.Text(name));

    /// <summary>The same of each text in a list.</summary>
    public static IReadOnlyList<Anchor> Dates(this JsonObject fields, string name) =>
        fields[name] is JsonArray list ? [.. list.Take(RecurrenceText.MostDates).Select(item => When(RecordText.Of(item))).OfType<Anchor>()] : [];

    static Anchor? When(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (LocalDatePattern.Iso.Parse(text) is { Success: true } date)
            return date.Value.Year is > 1900 and < 9000 ? new Anchor.Day(date.Value) : null;
        if (text.Length < 11)
            return null;
        var hasOffset = text.EndsWith('Z') || text.AsSpan(11).IndexOfAny('+', '-') >= 0;
        if (hasOffset)
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) && instant.Year is > 1900 and < 9000
                ? new Anchor.At(Instant.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds()))
                : null;
        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var civil) && civil.Year is > 1900 and < 9000
            ? new Anchor.Civil(LocalDateTime.FromDateTime(civil.AddTicks(-(civil.Ticks % TimeSpan.TicksPerMillisecond))))
            : null;
    }

    public static LocalDate? Date(this JsonObject fields, string name) => fields.Text(name) is { Length: >= 10 } text && LocalDatePattern.Iso.Parse(text[..10]) is { Success: true } date ? date.Value : null;

    public static LocalTime? Time(this JsonObject fields, string name) =>
        fields.Text(name) is { Length: >= 5 } text && LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(text[..5]) is { Success: true } time ? time.Value : null;
}
