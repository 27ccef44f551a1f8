using System.Text;

namespace Mana.Kernel.Tests.Telemetry;

internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, string Value);

/// <summary>The text format as its documentation describes it, written without a look at the writer.</summary>
internal static class TextFormatParser
{
    public static IEnumerable<Sample> Parse(string page)
    {
        if (!page.EndsWith('\n')) throw new FormatException("the last line must end with a line feed");
        foreach (var line in page[..^1].Split('\n'))
            if (line.Length > 0 && line[0] != '#') yield return Line(line);
    }

    private static Sample Line(string line)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = line.IndexOfAny(['{', ' ']);
        var name = line[..at];
        if (line[at] == '{')
        {
            at++;
            while (line[at] != '}')
            {
                var equals = line.IndexOf("=\"", at, StringComparison.Ordinal);
                var key = line[at..equals];
                var value = new StringBuilder();
                for (at = equals + 2; line[at] != '"'; at++)
                {
                    if (line[at] != '\\') value.Append(line[at]);
                    else value.Append(line[++at] switch { 'n' => '\n', '\\' => '\\', '"' => '"', var c => throw new FormatException($"escape {c}") });
                }
                labels.Add(key, value.ToString());
                if (line[++at] == ',') at++;
            }
            at++;
        }
        return line[at] == ' ' ? new Sample(name, labels, line[(at + 1)..]) : throw new FormatException(line);
    }
}
