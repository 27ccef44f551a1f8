using System.Globalization;
using System.Xml.Linq;

namespace Mana.Apps.Tests.Calendar;

/// <summary>What one person has at a CalDAV server: a calendar of events, and beside it what is none.</summary>
internal sealed class DavStore(DavStub stub, string user, DavDialect dialect)
{
    static readonly XNamespace D = DavWriter.D;
    static readonly XNamespace C = DavWriter.C;
    readonly DavWriter _xml = new(dialect);
    readonly Lock _lock = new();
    readonly Dictionary<string, (string Text, int Version)> _objects = new(StringComparer.Ordinal);
    readonly List<(int Version, string Name)> _log = [];
    int _version = 1;

    public string Password { get; set; } = "app-pass word:ü";

    public bool HasSyncTokens { get; set; } = true;

    public bool HasCTags { get; set; } = true;

    public bool TokensAreGone { get; set; }

    /// <summary>How many changes a report tells at once.</summary>
    public int PageSize { get; set; } = 1_000;

    /// <summary>Objects that are told to be too large together.</summary>
    public int MostAtOnce { get; set; } = 1_000;

    /// <summary>The answer to the next request.</summary>
    public int FailNext { get; set; }

    public string Calendar => Path("calendars", "Arbeit & mehr");

    public string Address => stub.Url + Calendar;

    public void Put(string name, params string[] lines)
    {
        var text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//stub//EN\r\n" + string.Join("\r\n", lines) + "\r\nEND:VCALENDAR\r\n";
        lock (_lock)
        {
            _objects[name] = (text, ++_version);
            _log.Add((_version, name));
        }
    }

    public void Event(string name, string uid, string title, string start = "20260105T090000Z", params string[] more) =>
        Put(name, ["BEGIN:VEVENT", "UID:" + uid, "DTSTAMP:20260101T000000Z", "DTSTART:" + start, "SUMMARY:" + title, .. more, "END:VEVENT"]);

    public void Remove(string name)
    {
        lock (_lock)
        {
            _objects.Remove(name);
            _log.Add((++_version, name));
        }
    }

    public (int Status, string? Location, string Body) Answer(string method, string path, string depth, string body)
    {
        lock (_lock)
        {
            if (FailNext is > 0 and var failing)
            {
                FailNext = 0;
                return (failing, null, "");
            }

            if (path == "/.well-known/caldav")
                return dialect == DavDialect.Apple ? (404, null, "") : (301, Root, "");
            // Names of elements are told apart by their spaces, whatever we call them.
            var asked = XDocument.Parse(body).Root!;
            if (method == "REPORT" && Same(path, Calendar))
                return Report(asked, depth);
            if (method != "PROPFIND")
                return (405, null, "");
            var wanted = asked.Element(D + "prop")!.Elements().Select(prop => prop.Name).ToList();
            if (path == Root || (path == "/" && dialect == DavDialect.Apple))
                return Multistatus(Resource(path, wanted, (D + "current-user-principal", Href(Principal)), (D + "resourcetype", Element(D + "collection"))));
            if (Same(path, Principal))
                return Multistatus(Resource(Principal, wanted, (C + "calendar-home-set", "\n  " + Href(Home) + "\n"), (D + "resourcetype", Element(D + "collection") + Element(D + "principal"))));
            if (Same(path, Home) && depth == "1")
                return Multistatus(Resource(Home, wanted, (D + "resourcetype", Element(D + "collection"))) + string.Concat(Collections().Select(one => Resource(one.Path, wanted, one.Props))));
            return Same(path, Calendar) ? Multistatus(Resource(Calendar, wanted, Collections()[0].Props)) : (404, null, "");
        }
    }

    string Root => dialect == DavDialect.Apple ? "/" : "/remote.php/dav/";

    string Principal => Path("principals", "");

    string Home => Path("calendars", "");

    /// <summary>As the dialect writes it: encoded or not, relative or whole.</summary>
    string Path(string kind, string last)
    {
        var person = dialect == DavDialect.Nextcloud ? Uri.EscapeDataString(user) : user;
        var path = $"{Root}{kind}/{person}/";
        return last.Length == 0 ? path : $"{path}{Uri.EscapeDataString(last)}/";
    }

    string Shown(string path) => dialect == DavDialect.Apple ? stub.Url + path : path;

    static bool Same(string path, string named) => path == Uri.UnescapeDataString(named);

    string Href(string path) => _xml.Element(D + "href", _xml.Text(Shown(path)));

    string Element(XName name, string inner = "") => _xml.Element(name, inner);

    string Components(params string[] names) => string.Concat(names.Select(name => _xml.Element(C + "comp", "", $" name=\"{name}\"")));

    string Rights(params string[] names) => string.Concat(names.Select(name => Element(D + "privilege", Element(D + name))));

    (string Path, (XName, string)[] Props)[] Collections()
    {
        var calendar = Element(D + "collection") + Element(C + "calendar");
        var state = new List<(XName, string)>
        {
            (D + "resourcetype", calendar), (D + "displayname", _xml.Text("Arbeit & mehr")), (DavWriter.A + "calendar-color", dialect == DavDialect.Apple ? "#FF2968FF" : "#ff2968"),
            (C + "supported-calendar-component-set", Components("VEVENT", "VTODO")), (D + "current-user-privilege-set", Rights("read", "write", "write-content")),
        };
        if (HasSyncTokens)
            state.Add((D + "sync-token", _xml.Text(Token(_version))));
        if (HasCTags)
            state.Add((DavWriter.CS + "getctag", _xml.Text($"ctag-{_version}")));
        return
        [
            (Calendar, [.. state]),
            (Path("calendars", "Ferien"), [(D + "resourcetype", calendar), (D + "current-user-privilege-set", Rights("read", "read-acl"))]),
            (Path("calendars", "tasks"), [(D + "resourcetype", calendar), (D + "displayname", "Aufgaben"), (C + "supported-calendar-component-set", Components("VTODO"))]),
            (Path("calendars", "inbox"), [(D + "resourcetype", Element(D + "collection") + Element(C + "schedule-inbox")), (D + "displayname", "Eingang")]),
        ];
    }

    string Resource(string path, IReadOnlyList<XName> wanted, params (XName Name, string Inner)[] props) =>
        _xml.Response(Shown(path), props.Where(prop => wanted.Contains(prop.Name)), wanted.Except(props.Select(prop => prop.Name)));

    (int, string?, string) Multistatus(string inner) => (207, null, _xml.Document(inner));

    (int, string?, string) Report(XElement asked, string depth) => asked.Name.LocalName switch
    {
        "sync-collection" => Changes(asked.Element(D + "sync-token")!.Value),
        "calendar-query" when depth == "1" => Query(asked),
        "calendar-multiget" => Multiget(asked),
        _ => (400, null, ""),
    };

    string Token(int version) => $"{stub.Url}/ns/sync/{user}/{version}";

    (int, string?, string) Changes(string token)
    {
        if (!HasSyncTokens || TokensAreGone || !token.StartsWith($"{stub.Url}/ns/sync/{user}/", StringComparison.Ordinal))
            return (403, null, "<?xml version='1.0'?><error xmlns='DAV:'><valid-sync-token/></error>");
        var since = int.Parse(token.Split('/')[^1], CultureInfo.InvariantCulture);
        var changes = _log.Where(entry => entry.Version > since).ToList();
        var told = changes.Take(PageSize).ToList();
        var inner = string.Concat(told.DistinctBy(entry => entry.Name).Select(entry => _objects.TryGetValue(entry.Name, out var one) ? Versioned(entry.Name, one.Version) : _xml.Gone(Shown(HrefOf(entry.Name)))));
        if (told.Count < changes.Count)
            inner += _xml.Gone(Shown(Calendar), 507);
        return Multistatus(inner + Element(D + "sync-token", _xml.Text(Token(told.Count < changes.Count ? told[^1].Version : _version))));
    }

    (int, string?, string) Query(XElement asked)
    {
        var range = asked.Descendants(C + "time-range").Single();
        Assert.Equal(["VCALENDAR", "VEVENT"], asked.Descendants(C + "comp-filter").Select(filter => filter.Attribute("name")!.Value));
        var (from, to) = (range.Attribute("start")!.Value, range.Attribute("end")!.Value);
        return Multistatus(string.Concat(_objects.Where(one => InWindow(one.Value.Text, from, to)).Select(one => Versioned(one.Key, one.Value.Version))));
    }

    static bool InWindow(string text, string from, string to)
    {
        if (!text.Contains("BEGIN:VEVENT", StringComparison.Ordinal))
            return false;
        var start = text.Split("DTSTART")[^1].Split(':')[1][..8];
        return text.Contains("RRULE", StringComparison.Ordinal) || (string.CompareOrdinal(start, from[..8]) >= 0 && string.CompareOrdinal(start, to[..8]) < 0);
    }

    (int, string?, string) Multiget(XElement asked)
    {
        var hrefs = asked.Elements(D + "href").Select(href => href.Value).ToList();
        var withData = asked.Descendants(C + "calendar-data").Any();
        if (withData && hrefs.Count > MostAtOnce)
            return (207, null, new string(' ', 11 * 1024 * 1024));
        return Multistatus(string.Concat(hrefs.Select(href =>
        {
            Assert.StartsWith("/", href, StringComparison.Ordinal);
            var name = Uri.UnescapeDataString(href).Split('/')[^1];
            if (!_objects.TryGetValue(name, out var one))
                return _xml.Gone(Shown(HrefOf(name)));
            List<(XName, string)> props = [(D + "getetag", _xml.Text(ETag(one.Version)))];
            if (withData)
                props.Add((C + "calendar-data", _xml.Text(one.Text)));
            return _xml.Response(Shown(HrefOf(name)), props, []);
        })));
    }

    /// <summary>A file name has spaces and more.</summary>
    string HrefOf(string name) => Calendar + Uri.EscapeDataString(name);

    static string ETag(int version) => $"\"v{version}\"";

    string Versioned(string name, int version) => _xml.Response(Shown(HrefOf(name)), [(D + "getetag", _xml.Text(ETag(version)))], []);
}
