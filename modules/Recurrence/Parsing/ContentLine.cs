using System.Text;

namespace Mana.Recurrence.Parsing;

/// <summary>One line: <c>NAME;PARAM=VALUE:VALUE</c>. A bare rule is an RRULE without its name.</summary>
internal readonly record struct ContentLine(string Name, string? ZoneId, string? ValueType, int Position, int ValuePosition, string Value)
{
    public static ContentLine Read(string text, int from, int to)
    {
        var line = text.AsSpan(from, to - from);
        var colon = Colon(line);
        var head = colon < 0 ? [] : line[..colon];
        // FREQ=… and the like: nothing with an equals sign in its name is a property.
        var name = head.IndexOf(';') is var end and >= 0 ? head[..end] : head;
        if (colon < 0 || name.Contains('='))
            return new ContentLine("RRULE", null, null, from, from, line.ToString());
        var (zone, type) = ((string?)null, (string?)null);
        foreach (var range in head.Split(';'))
        {
            var parameter = head[range];
            if (parameter.Length > 5 && Ascii.EqualsIgnoreCase(parameter[..5], "TZID="))
                zone = parameter[5..].Trim('"').ToString();
            else if (parameter.Length > 6 && Ascii.EqualsIgnoreCase(parameter[..6], "VALUE="))
                type = parameter[6..].ToString().ToUpperInvariant();
        }

        return new ContentLine(name.ToString().ToUpperInvariant(), zone, type, from, from + colon + 1, line[(colon + 1)..].ToString());
    }

    /// <summary>The first colon outside quotation marks.</summary>
    static int Colon(ReadOnlySpan<char> line)
    {
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
            if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == ':' && !quoted)
                return i;
        return -1;
    }
}
