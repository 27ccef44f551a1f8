using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using NodaTime;

namespace Mana.Apps.Wire;

/// <summary>compute.md 35: camelCase, instants in UTC with milliseconds and <c>Z</c>; what has no value is left out where a body says so.</summary>
internal static class AppsJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new InstantConverter() },
    };

    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IResult Ok(object value) => Results.Json(value, Options);

    public static IResult Created(object value) => Results.Json(value, Options, statusCode: StatusCodes.Status201Created);

    public static IResult Accepted(object value) => Results.Json(value, Options, statusCode: StatusCodes.Status202Accepted);

    /// <summary><c>2026-01-31T09:00:00.000Z</c></summary>
    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Text(Instant instant) => Text(instant.InUtc().LocalDateTime) + ".000Z";

    /// <summary><c>2026-01-31T09:00:00</c>; seconds are whole.</summary>
    public static string Text(LocalDateTime time) => string.Create(19, time, static (to, time) =>
    {
        Digits(to, 0, 4, time.Year);
        Digits(to, 5, 2, time.Month);
        Digits(to, 8, 2, time.Day);
        Digits(to, 11, 2, time.Hour);
        Digits(to, 14, 2, time.Minute);
        Digits(to, 17, 2, time.Second);
        (to[4], to[7], to[10], to[13], to[16]) = ('-', '-', 'T', ':', ':');
    });

    /// <summary><c>2026-01-31</c></summary>
    public static string Text(LocalDate date) => Text(date.AtMidnight())[..10];

    static void Digits(Span<char> to, int from, int count, int number)
    {
        for (var i = from + count - 1; i >= from; i--, number /= 10)
            to[i] = (char)('0' + (number % 10));
    }
}

internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(AppsJson.Text(value));
}
