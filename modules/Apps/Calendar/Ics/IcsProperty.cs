using System.Text;

namespace Mana.Apps.Calendar.Ics;

/// <summary>A content line: name, parameters, value (RFC 5545 3.1), with the escapes of RFC 6868 in parameters undone.</summary>
internal sealed record IcsProperty(int Line, string Name, IReadOnlyList<(string Name, string Value)> Parameters, string Value)
{
    static readonly (string, string)[] NoParameters = [];

    public string? this[string parameter]
    {
        get
        {
            foreach (var (name, value) in Parameters)
                if (name == parameter)
                    return value;
            return null;
        }
    }

    /// <summary>Null when the line has no name or no value.</summary>
    public static IcsProperty? Read(int line, string text)
    {
        var at = text.AsSpan().IndexOfAny(';', ':');
        if (at <= 0)
            return null;
        var name = text[..at].Trim().ToUpperInvariant();
        if (name.Length is 0 or > 100)
            return null;
        // itemN.NAME, as some exporters group their lines.
        if (name.LastIndexOf('.') is var dot && dot >= 0)
            name = name[(dot + 1)..];
        List<(string, string)>? parameters = null;
        while (text[at] == ';')
            if ((at = Parameter(text, at + 1, parameters ??= [])) < 0)
                return null;
        return new IcsProperty(line, name, parameters ?? (IReadOnlyList<(string, string)>)NoParameters, text[(at + 1)..]);
    }

    /// <summary>Reads one parameter; the position of the <c>;</c> or <c>:</c> behind it, or -1.</summary>
    static int Parameter(string text, int from, List<(string, string)> parameters)
    {
        var equals = text.AsSpan(from).IndexOfAny("=;:");
        if (equals < 0)
            return -1;
        var end = from + equals;
        var name = text[from..end].Trim().ToUpperInvariant();
        if (text[end] != '=')
        {
            parameters.Add((name, ""));
            return end;
        }

        var (value, quoted) = (new StringBuilder(), false);
        for (var i = end + 1; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == '"')
                quoted = !quoted;
            else if (!quoted && letter is ';' or ':' && !quoted)
            {
                parameters.Add((name, value.ToString()));
                return i;
            }
            else if (letter == '^' && i + 1 < text.Length && text[i + 1] is 'n' or '^' or '\'')
                value.Append(text[++i] switch { 'n' => '\n', '\'' => '"', _ => '^' });
            else
                value.Append(letter);
        }

        return -1;
    }

    /// <summary>The value as TEXT (RFC 5545 3.3.11), in one pass from left to right.</summary>
    public string Text() => Unescape(Value);

    /// <summary>A list of TEXT; a comma behind a backslash belongs to its element.</summary>
    public IEnumerable<string> Texts()
    {
        var start = 0;
        for (var i = 0; i <= Value.Length; i++)
            if (i < Value.Length && Value[i] == '\\')
                i++;
            else if (i >= Value.Length || Value[i] == ',')
            {
                if (start < Math.Min(i, Value.Length))
                    yield return Unescape(Value[start..Math.Min(i, Value.Length)]).Trim();
                start = i + 1;
            }
    }

    static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
            if (text[i] == '\\' && i + 1 < text.Length)
                plain.Append(text[++i] switch { 'n' or 'N' => '\n', var other => other });
            else
                plain.Append(text[i]);
        return plain.ToString();
    }
}

/// <summary>A component with its properties and what lies in it.</summary>
internal sealed class IcsComponent(string name, int line)
{
    public string Name => name;

    public int Line => line;

    public List<IcsProperty> Properties { get; } = [];

    public List<IcsComponent> Children { get; } = [];

    public IcsProperty? Find(string property) => Properties.Find(one => one.Name == property);
}
