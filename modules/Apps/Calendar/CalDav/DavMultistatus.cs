using System.Globalization;
using System.Text;
using System.Xml;

namespace Mana.Apps.Calendar.CalDav;

/// <summary>Properties that we ask for.</summary>
internal enum DavProp
{
    Principal,
    HomeSet,
    ResourceType,
    DisplayName,
    Description,
    Color,
    Components,
    Privileges,
    CTag,
    SyncToken,
    ETag,
    Data,
}

/// <summary>What a property holds: its text, addresses, names of elements (<c>c:</c> for those of CalDAV), and of components.</summary>
internal sealed record DavValue(string Text, IReadOnlyList<string> Hrefs, IReadOnlyList<string> Names, IReadOnlyList<string> Components);

/// <summary>One resource of an answer.</summary>
/// <param name="Status">Of the resource as a whole; null: properties have their own, and those of 200 are here.</param>
internal sealed record DavResponse(string Href, int? Status, IReadOnlyDictionary<DavProp, DavValue> Found)
{
    public string? Text(DavProp prop) => Found.TryGetValue(prop, out var value) && value.Text.Trim() is { Length: > 0 } text ? text : null;

    public bool Is(string type) => Found.TryGetValue(DavProp.ResourceType, out var value) && value.Names.Contains(type);
}

/// <summary>
/// A <c>DAV:multistatus</c> (RFC 4918, 13), read element by element: what nobody asked for is passed over, whatever its prefix, and nothing in it is followed or expanded.
/// </summary>
internal sealed class DavMultistatus
{
    const string Dav = "DAV:";
    const string CalDav = "urn:ietf:params:xml:ns:caldav";
    const string CalendarServer = "http://calendarserver.org/ns/";
    const string Apple = "http://apple.com/ns/ical/";
    const int Deepest = 64;
    const int MostResponses = 100_000;
    const int MostNames = 200;

    static readonly Dictionary<(string Space, string Name), DavProp> Props = new()
    {
        [(Dav, "current-user-principal")] = DavProp.Principal, [(CalDav, "calendar-home-set")] = DavProp.HomeSet, [(Dav, "resourcetype")] = DavProp.ResourceType, [(Dav, "displayname")] = DavProp.DisplayName,
        [(CalDav, "calendar-description")] = DavProp.Description, [(Apple, "calendar-color")] = DavProp.Color, [(CalDav, "supported-calendar-component-set")] = DavProp.Components,
        [(Dav, "current-user-privilege-set")] = DavProp.Privileges, [(CalendarServer, "getctag")] = DavProp.CTag, [(Dav, "sync-token")] = DavProp.SyncToken, [(Dav, "getetag")] = DavProp.ETag,
        [(CalDav, "calendar-data")] = DavProp.Data,
    };

    readonly XmlReader _xml;

    DavMultistatus(XmlReader xml) => _xml = xml;

    public List<DavResponse> Responses { get; } = [];

    /// <summary>Of a <c>sync-collection</c> report (RFC 6578).</summary>
    public string? SyncToken { get; private set; }

    /// <summary>Null: it is no such answer, or no XML that we read.</summary>
    public static DavMultistatus? Read(byte[] body)
    {
        try
        {
            using var xml = XmlReader.Create(new MemoryStream(body, writable: false), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true });
            if (xml.MoveToContent() != XmlNodeType.Element || (xml.NamespaceURI, xml.LocalName) != (Dav, "multistatus"))
                return null;
            var read = new DavMultistatus(xml);
            read.Children(read.Part);
            return read;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    void Part()
    {
        if (IsDav("response") && Responses.Count < MostResponses)
            Response();
        else if (IsDav("sync-token"))
            SyncToken = Value().Text.Trim();
        else
            Value();
    }

    void Response()
    {
        var (href, status, found) = ("", (int?)null, new Dictionary<DavProp, DavValue>());
        Children(() =>
        {
            if (IsDav("href"))
                href = Value().Text.Trim();
            else if (IsDav("status"))
                status = StatusOf(Value().Text);
            else if (IsDav("propstat"))
                PropStat(found);
            else
                Value();
        });
        Responses.Add(new DavResponse(href, status, found));
    }

    void PropStat(Dictionary<DavProp, DavValue> found)
    {
        var (status, props) = (200, new List<(DavProp, DavValue)>());
        Children(() =>
        {
            if (IsDav("prop"))
                Children(() =>
                {
                    var isAsked = Props.TryGetValue((_xml.NamespaceURI, _xml.LocalName), out var prop);
                    var value = Value();
                    if (isAsked)
                        props.Add((prop, value));
                });
            else if (IsDav("status"))
                status = StatusOf(Value().Text) ?? 0;
            else
                Value();
        });
        if (status is >= 200 and < 300)
            foreach (var (prop, value) in props)
                found[prop] = value;
    }

    /// <summary>The whole element, and on behind it.</summary>
    DavValue Value()
    {
        var (text, hrefs, names, components) = (new StringBuilder(), new List<string>(), new List<string>(), new List<string>());
        var depth = _xml.Depth;
        StringBuilder? href = null;
        if (_xml.IsEmptyElement)
        {
            _xml.Read();
            return new DavValue("", hrefs, names, components);
        }

        while (_xml.Read() && _xml.Depth > depth)
            switch (_xml.NodeType)
            {
                case XmlNodeType.Element:
                    Check();
                    if (names.Count < MostNames && _xml.NamespaceURI is Dav or CalDav)
                        names.Add(_xml.NamespaceURI == Dav ? _xml.LocalName : "c:" + _xml.LocalName);
                    if ((_xml.NamespaceURI, _xml.LocalName) == (CalDav, "comp") && components.Count < MostNames && _xml.GetAttribute("name") is { } component)
                        components.Add(component.ToUpperInvariant());
                    href = IsDav("href") && !_xml.IsEmptyElement && hrefs.Count < MostNames ? new StringBuilder() : null;
                    break;
                case XmlNodeType.EndElement when href is not null:
                    hrefs.Add(href.ToString().Trim());
                    href = null;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    if (_xml.Depth == depth + 1)
                        text.Append(_xml.Value);
                    href?.Append(_xml.Value);
                    break;
            }

        _xml.Read();
        return new DavValue(text.ToString(), hrefs, names, components);
    }

    /// <summary>Each child of the element, which <paramref name="child"/> reads to its end; then on behind the element.</summary>
    void Children(Action child)
    {
        if (_xml.IsEmptyElement)
        {
            _xml.Read();
            return;
        }

        var depth = _xml.Depth;
        _xml.Read();
        while (_xml.Depth > depth)
            if (_xml.NodeType == XmlNodeType.Element)
                child();
            else
                _xml.Read();
        _xml.Read();
    }

    void Check()
    {
        if (_xml.Depth > Deepest)
            throw new XmlException("Too deep.");
    }

    bool IsDav(string name) => _xml.NamespaceURI == Dav && _xml.LocalName == name;

    /// <summary><c>HTTP/1.1 404 Not Found</c></summary>
    static int? StatusOf(string line) => line.Trim().Split(' ', 3) is [_, var code, ..] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;
}
