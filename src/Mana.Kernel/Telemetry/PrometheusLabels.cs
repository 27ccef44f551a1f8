using System.Collections;
using System.Globalization;
using System.Text;
using OpenTelemetry;

namespace Mana.Kernel.Telemetry;

/// <summary>Turns tags into the text between the braces. Not thread-safe: the exporter owns one and runs one collection at a time.</summary>
internal sealed class PrometheusLabels
{
    private readonly List<KeyValuePair<string, string>> _pairs = [];
    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>For example <c>method="GET",route="/health"</c>; empty without tags.</summary>
    internal string Print(ReadOnlyTagCollection tags)
    {
        _pairs.Clear();
        foreach (var tag in tags) Add(tag.Key, tag.Value);
        return Print();
    }

    internal string Print(IEnumerable<KeyValuePair<string, object?>> tags)
    {
        _pairs.Clear();
        foreach (var tag in tags) Add(tag.Key, tag.Value);
        return Print();
    }

    private void Add(string key, object? value)
    {
        var text = Text(value);
        // To Prometheus an empty label and an absent one are the same series: print one form only.
        if (text.Length == 0) return;
        if (!_names.TryGetValue(key, out var name))
        {
            name = PrometheusNames.Label(key);
            if (_names.Count < 1000) _names.Add(key, name);
        }
        _pairs.Add(new(name, text));
    }

    private string Print()
    {
        if (_pairs.Count == 0) return "";
        // Pairs are few; insertion keeps the order of equal names, which List.Sort does not promise.
        for (var i = 1; i < _pairs.Count; i++)
            for (var j = i; j > 0 && string.CompareOrdinal(_pairs[j - 1].Key, _pairs[j].Key) > 0; j--)
                (_pairs[j - 1], _pairs[j]) = (_pairs[j], _pairs[j - 1]);

        _text.Clear();
        for (var i = 0; i < _pairs.Count; i++)
        {
            if (i > 0) _text.Append(',');
            _text.Append(_pairs[i].Key).Append("=\"");
            Escape(_pairs[i].Value);
            // "a.b" and "a_b" meet in one name: keep both values rather than print a label twice.
            while (i + 1 < _pairs.Count && string.Equals(_pairs[i + 1].Key, _pairs[i].Key, StringComparison.Ordinal))
            {
                _text.Append(';');
                Escape(_pairs[++i].Value);
            }
            _text.Append('"');
        }
        return _text.ToString();
    }

    private void Escape(string value)
    {
        foreach (var c in value)
            _ = c switch
            {
                '\\' => _text.Append(@"\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append(@"\n"),
                _ => _text.Append(c),
            };
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => string.Join(',', items.Cast<object?>().Select(Text)),
        _ => value.ToString() ?? "",
    };
}
