using System.Buffers;
using System.Text.Json;
using Mana.Apps.Wire;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Recurrence;

/// <summary>Occurrences as JSON. An expansion is mostly formatting, so starts are written digit by digit as UTF-8, without a text in between.</summary>
internal static class OccurrenceWriter
{
    /// <summary>A start with its quotes and a comma.</summary>
    public const int LongestStart = 27;

    const int InstantLength = 24;
    const int CivilLength = 19;
    const int DateLength = 10;

    public static void WriteItem(Utf8JsonWriter json, in Occurrence occurrence)
    {
        Span<byte> text = stackalloc byte[InstantLength];
        json.WriteStartObject();
        json.WriteString("start"u8, text[..Start(text, occurrence)]);
        json.WriteString("end"u8, text[..(occurrence.AllDay ? Day(text, occurrence.EndUtc.InUtc().Date) : Format(text, occurrence.EndUtc))]);
        json.WriteString("recurrenceId"u8, text[..(occurrence.Id.IsDate ? Day(text, occurrence.Id.Civil.Date) : Format(text, occurrence.Id.Utc))]);
        json.WriteBoolean("allDay"u8, occurrence.AllDay);
        json.WriteString("tzid"u8, occurrence.ZoneId);
        json.WriteString("local"u8, text[..Civil(text, occurrence.StartCivil)]);
        json.WriteBoolean("isOverride"u8, occurrence.IsOverride);
        if (occurrence.IsRDate)
            json.WriteBoolean("isRdate"u8, true);
        if (occurrence.Shifted)
            json.WriteBoolean("shifted"u8, true);
        json.WriteEndObject();
    }

    /// <summary>The start in quotes; how many bytes it is.</summary>
    public static int WriteStart(Span<byte> to, in Occurrence occurrence)
    {
        to[0] = (byte)'"';
        var length = Start(to[1..], occurrence);
        to[length + 1] = (byte)'"';
        return length + 2;
    }

    static int Start(Span<byte> to, in Occurrence occurrence) => occurrence.AllDay ? Day(to, occurrence.StartCivil.Date) : Format(to, occurrence.StartUtc);

    /// <summary><c>2026-01-31T09:00:00.000Z</c>, cut to milliseconds.</summary>
    static int Format(Span<byte> to, Instant instant)
    {
        var time = DateTime.UnixEpoch.AddTicks(instant.ToUnixTimeTicks());
        var (year, month, day) = time;
        var milliseconds = (int)(time.TimeOfDay.Ticks / TimeSpan.TicksPerMillisecond);
        var seconds = milliseconds / 1000;
        Date(to, year, month, day);
        Time(to, seconds / 3600, seconds / 60 % 60, seconds % 60);
        milliseconds -= seconds * 1000;
        to[19] = (byte)'.';
        to[20] = (byte)('0' + (milliseconds / 100));
        Pair(to[21..], milliseconds % 100);
        to[23] = (byte)'Z';
        return InstantLength;
    }

    static int Civil(Span<byte> to, LocalDateTime time)
    {
        Date(to, time.Year, time.Month, time.Day);
        Time(to, time.Hour, time.Minute, time.Second);
        return CivilLength;
    }

    static int Day(Span<byte> to, LocalDate day)
    {
        Date(to, day.Year, day.Month, day.Day);
        return DateLength;
    }

    static void Date(Span<byte> to, int year, int month, int day)
    {
        Pair(to, year / 100);
        Pair(to[2..], year % 100);
        to[4] = (byte)'-';
        Pair(to[5..], month);
        to[7] = (byte)'-';
        Pair(to[8..], day);
    }

    static void Time(Span<byte> to, int hour, int minute, int second)
    {
        to[10] = (byte)'T';
        Pair(to[11..], hour);
        to[13] = (byte)':';
        Pair(to[14..], minute);
        to[16] = (byte)':';
        Pair(to[17..], second);
    }

    static void Pair(Span<byte> to, int number)
    {
        to[1] = (byte)('0' + (number % 10));
        to[0] = (byte)('0' + (number / 10));
    }
}

/// <summary>A page while it grows, in memory that is lent: nothing is sent before it is known that the budget held.</summary>
internal sealed class OccurrencePage : IDisposable
{
    const int FirstStarts = 512;
    readonly ArrayBufferWriter<byte>? _items;
    readonly Utf8JsonWriter? _json;
    byte[] _starts = ArrayPool<byte>.Shared.Rent(FirstStarts * OccurrenceWriter.LongestStart);
    int _length;

    public OccurrencePage(bool detail)
    {
        _starts[_length++] = (byte)'[';
        if (!detail)
            return;
        _items = new ArrayBufferWriter<byte>(4096);
        _json = new Utf8JsonWriter(_items, AppsJson.Writing);
        _json.WriteStartArray();
    }

    public int Count { get; private set; }

    public void Add(in Occurrence occurrence)
    {
        if (_starts.Length - _length <= OccurrenceWriter.LongestStart)
            Grow();
        if (Count++ > 0)
            _starts[_length++] = (byte)',';
        _length += OccurrenceWriter.WriteStart(_starts.AsSpan(_length), occurrence);
        if (_json is not null)
            OccurrenceWriter.WriteItem(_json, occurrence);
    }

    public void WriteTo(IBufferWriter<byte> output, ExpandRequest request, string? nextCursor)
    {
        _starts[_length++] = (byte)']';
        using var json = new Utf8JsonWriter(output, AppsJson.Writing);
        json.WriteStartObject();
        json.WritePropertyName("occurrences"u8);
        json.WriteRawValue(_starts.AsSpan(0, _length), skipInputValidation: true);
        json.WriteNumber("count"u8, Count);
        json.WriteBoolean("truncated"u8, nextCursor is not null);
        json.WriteString("nextCursor"u8, nextCursor);
        if (request.Series.IsFloating)
            json.WriteBoolean("floating"u8, true);
        if (_json is not null)
        {
            _json.WriteEndArray();
            _json.Flush();
            json.WritePropertyName("items"u8);
            json.WriteRawValue(_items!.WrittenSpan, skipInputValidation: true);
        }

        if (RuleValidation.Warnings(request.Series, dense: false) is { } warnings)
        {
            json.WritePropertyName("warnings"u8);
            JsonSerializer.Serialize(json, warnings, AppsJson.Options);
        }

        json.WriteEndObject();
    }

    public void Dispose()
    {
        _json?.Dispose();
        ArrayPool<byte>.Shared.Return(_starts);
        _starts = [];
    }

    void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_starts.Length * 2);
        _starts.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_starts);
        _starts = larger;
    }
}
