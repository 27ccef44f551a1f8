using System.Buffers;
using System.Globalization;
using System.Text;
using NodaTime;

namespace Mana.Apps.Calendar.Ics;

/// <summary>
/// Writes iCalendar (RFC 5545 3.1): CRLF, lines folded at 75 octets and never inside a character. Parameters and texts are escaped here and nowhere else.
/// </summary>
internal sealed class IcsWriter(IBufferWriter<byte> output)
{
    const int LongestLine = 75;
    readonly ArrayBufferWriter<byte> _line = new(512);

    public void Begin(string component) => Line($"BEGIN:{component}");

    public void End(string component) => Line($"END:{component}");

    /// <summary>A value that needs no escape.</summary>
    public void Line(string text)
    {
        _line.ResetWrittenCount();
        Encoding.UTF8.GetBytes(text, _line);
        var rest = _line.WrittenSpan;
        for (var room = LongestLine; rest.Length > room; room = LongestLine - 1)
        {
            var cut = room;
            // A byte of the form 10xxxxxx goes on with a character.
            while (cut > 1 && (rest[cut] & 0xC0) == 0x80)
                cut--;
            output.Write(rest[..cut]);
            output.Write("\r\n "u8);
            rest = rest[cut..];
        }

        output.Write(rest);
        output.Write("\r\n"u8);
    }

    /// <summary>A TEXT value; nothing is written without one.</summary>
    public void Text(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            Line($"{name}:{Escape(value)}");
    }

    public void Word(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            Line($"{name}:{OneLine(value)}");
    }

    public void Time(string name, IcsTime time, string? range = null) => Line(name + (range is null ? "" : $";RANGE={range}") + Parameters(time) + ":" + IcsTimeText.Write(time));

    /// <summary>Several dates; those of one kind on one line.</summary>
    public void Times(string name, IReadOnlyList<IcsTime> times)
    {
        foreach (var group in times.GroupBy(Parameters, StringComparer.Ordinal))
            Line($"{name}{group.Key}:{string.Join(',', group.Select(IcsTimeText.Write))}");
    }

    public static string Parameter(string name, string? value) => string.IsNullOrEmpty(value) ? "" : $";{name}=\"{Caret(value)}\"";

    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var letter in text)
            _ = letter switch
            {
                '\\' or ';' or ',' => escaped.Append('\\').Append(letter),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped,
                < ' ' and not '\t' => escaped,
                _ => escaped.Append(letter),
            };
        return escaped.ToString();
    }

    /// <summary>What comes from people and is no TEXT must not begin a line of its own.</summary>
    public static string OneLine(string text) => text.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 ? text : new string([.. text.Where(letter => letter >= ' ')]);

    static string Parameters(IcsTime time) => time.Kind switch
    {
        IcsTimeKind.Date => ";VALUE=DATE",
        IcsTimeKind.Zoned => $";TZID={OneLine(time.Tzid!)}",
        _ => "",
    };

    static string Caret(string value) => OneLine(value.Replace("^", "^^", StringComparison.Ordinal).Replace("\n", "^n", StringComparison.Ordinal).Replace("\"", "^'", StringComparison.Ordinal));

    public static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    public static string OffsetText(Offset offset)
    {
        var minutes = Math.Abs(offset.Seconds / 60);
        return $"{(offset.Seconds < 0 ? '-' : '+')}{minutes / 60:D2}{minutes % 60:D2}";
    }
}
