using System.Text;

namespace Mana.Recurrence.Parsing;

/// <summary>Content lines of RFC 5545 3.1, unfolded; remembers where every character came from, so that errors point at the text as it was given.</summary>
internal sealed class ContentLines
{
    readonly StringBuilder _text = new();
    readonly List<int> _origins = [];
    readonly List<(int From, int To)> _lines = [];

    public ContentLines(string text)
    {
        var from = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var width = LineBreak(text, i);
            if (width == 0)
            {
                _text.Append(text[i]);
                _origins.Add(i);
                continue;
            }

            i += width - 1;
            // A line break and a blank fold a long line.
            if (i + 1 < text.Length && text[i + 1] is ' ' or '\t' && width < 3)
            {
                i++;
                continue;
            }

            _lines.Add((from, _text.Length));
            from = _text.Length;
        }

        _lines.Add((from, _text.Length));
        _origins.Add(text.Length);
        Text = _text.ToString();
    }

    public string Text { get; }

    /// <summary>The lines that hold something, as ranges of <see cref="Text"/> without the space around them.</summary>
    public IEnumerable<(int From, int To)> Lines
    {
        get
        {
            foreach (var (from, to) in _lines)
            {
                var line = Text.AsSpan(from, to - from);
                var start = from + line.Length - line.TrimStart().Length;
                if (line.Trim().Length is var length and > 0)
                    yield return (start, start + length);
            }
        }
    }

    /// <summary>The offset in the text as it was given.</summary>
    public int OriginOf(int position) => _origins[Math.Clamp(position, 0, _origins.Count - 1)];

    static int LineBreak(string text, int at) => text[at] switch
    {
        '\r' => at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1,
        '\n' => 1,
        // JSON that was escaped twice: a backslash and an n; nothing folds there.
        '\\' when at + 1 < text.Length && text[at + 1] is 'n' or 'N' => 2,
        _ => 0,
    };
}
