using System.Globalization;
using System.Text;
using System.Xml;

namespace Mana.Load.Plots;

/// <summary>A picture as text, in a few shapes; its colours follow the reader's light or dark scheme.</summary>
internal sealed class SvgPage : IDisposable
{
    const string Space = "http://www.w3.org/2000/svg";

    /// <summary>Classes: <c>one</c> to <c>four</c> are series, as lines; with <c>fill</c> as areas.</summary>
    const string Style = """

        text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #57606a }
        .title { font-size: 16px; font-weight: 600; fill: #1f2328 } .name { font-weight: 600; fill: #1f2328 } .small { font-size: 11px }
        .page { fill: #ffffff } .grid { stroke: #d8dee4; stroke-width: 1 } .axis { stroke: #8c959f; stroke-width: 1 }
        .line { fill: none; stroke-width: 1.8; stroke-linejoin: round } .dashed { stroke-dasharray: 5 4 }
        .one { stroke: #0969da } .two { stroke: #bc4c00 } .three { stroke: #1a7f37 } .four { stroke: #8250df } .bad { stroke: #cf222e }
        .fill { stroke: none } .fill.one { fill: #0969da } .fill.two { fill: #bc4c00 } .fill.three { fill: #1a7f37 } .fill.four { fill: #8250df } .fill.bad { fill: #cf222e } .faint { opacity: .18 }
        @media (prefers-color-scheme: dark) {
          text { fill: #9198a1 } .title, .name { fill: #f0f6fc } .page { fill: #0d1117 } .grid { stroke: #262c36 } .axis { stroke: #656c76 }
          .one { stroke: #4493f8 } .two { stroke: #f0883e } .three { stroke: #3fb950 } .four { stroke: #ab7df8 } .bad { stroke: #f85149 }
          .fill.one { fill: #4493f8 } .fill.two { fill: #f0883e } .fill.three { fill: #3fb950 } .fill.four { fill: #ab7df8 } .fill.bad { fill: #f85149 }
        }

        """;

    readonly XmlWriter _xml;

    public SvgPage(string file, double width, double height, string title)
    {
        _xml = XmlWriter.Create(file, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, OmitXmlDeclaration = true });
        _xml.WriteStartElement("svg", Space);
        _xml.WriteAttributeString("viewBox", $"0 0 {Number(width)} {Number(height)}");
        _xml.WriteAttributeString("width", Number(width));
        _xml.WriteAttributeString("height", Number(height));
        _xml.WriteAttributeString("role", "img");
        _xml.WriteElementString("title", Space, title);
        _xml.WriteElementString("style", Space, Style);
        Rectangle(0, 0, width, height, "page");
        Text(24, 32, title, "title");
    }

    public void Text(double x, double y, string text, string classes = "", string anchor = "start")
    {
        _xml.WriteStartElement("text", Space);
        Attribute("x", x);
        Attribute("y", y);
        if (classes.Length > 0)
            _xml.WriteAttributeString("class", classes);
        if (anchor != "start")
            _xml.WriteAttributeString("text-anchor", anchor);
        _xml.WriteString(text);
        _xml.WriteEndElement();
    }

    public void Line(double x1, double y1, double x2, double y2, string classes)
    {
        _xml.WriteStartElement("line", Space);
        Attribute("x1", x1);
        Attribute("y1", y1);
        Attribute("x2", x2);
        Attribute("y2", y2);
        _xml.WriteAttributeString("class", classes);
        _xml.WriteEndElement();
    }

    public void Rectangle(double x, double y, double width, double height, string classes)
    {
        _xml.WriteStartElement("rect", Space);
        Attribute("x", x);
        Attribute("y", y);
        Attribute("width", Math.Max(0, width));
        Attribute("height", Math.Max(0, height));
        _xml.WriteAttributeString("class", classes);
        _xml.WriteEndElement();
    }

    /// <summary>A line through the points, in as many pieces as there are gaps (null) between them.</summary>
    public void Path(IEnumerable<(double X, double? Y)> points, string classes)
    {
        var path = new StringBuilder();
        var isDown = false;
        foreach (var (x, y) in points)
        {
            if (y is { } there)
                path.Append(isDown ? 'L' : 'M').Append(Number(x)).Append(' ').Append(Number(there));
            isDown = y is not null;
        }

        Shape(path.ToString(), classes);
    }

    /// <summary>What lies between a line and <paramref name="bottom"/>.</summary>
    public void Area(IReadOnlyList<(double X, double Y)> points, double bottom, string classes)
    {
        if (points.Count == 0)
            return;
        var top = string.Concat(points.Select(point => $"L{Number(point.X)} {Number(point.Y)}"));
        Shape($"M{Number(points[0].X)} {Number(bottom)}{top}L{Number(points[^1].X)} {Number(bottom)}Z", classes);
    }

    public void Dispose()
    {
        _xml.WriteEndElement();
        _xml.Dispose();
    }

    void Shape(string path, string classes)
    {
        if (path.Length == 0)
            return;
        _xml.WriteStartElement("path", Space);
        _xml.WriteAttributeString("d", path);
        _xml.WriteAttributeString("class", classes);
        _xml.WriteEndElement();
    }

    void Attribute(string name, double value) => _xml.WriteAttributeString(name, Number(value));

    static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
