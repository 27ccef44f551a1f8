using System.Globalization;
using System.Xml.Linq;
using NodaTime;

namespace Mana.Apps.Calendar.CalDav;

/// <summary>What we ask CalDAV servers, as RFC 4791 and RFC 6578 write it.</summary>
internal static class DavBodies
{
    const string Start = """<?xml version="1.0" encoding="utf-8"?>""";
    const string Spaces = """xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/" xmlns:a="http://apple.com/ns/ical/" """;

    public const string Principal = $"{Start}<d:propfind {Spaces}><d:prop><d:current-user-principal/><d:resourcetype/><c:calendar-home-set/></d:prop></d:propfind>";

    public const string Calendars = $"""
        {Start}<d:propfind {Spaces}><d:prop><d:resourcetype/><d:displayname/><c:calendar-description/><a:calendar-color/><c:supported-calendar-component-set/><d:current-user-privilege-set/></d:prop></d:propfind>
        """;

    public const string State = $"{Start}<d:propfind {Spaces}><d:prop><d:resourcetype/><cs:getctag/><d:sync-token/></d:prop></d:propfind>";

    /// <summary>What changed since a token.</summary>
    public static string Changes(string token) =>
        $"{Start}<d:sync-collection {Spaces}><d:sync-token>{Text(token)}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>";

    /// <summary>Versions of what has events in the window.</summary>
    public static string Window(Instant from, Instant to) => $"""
        {Start}<c:calendar-query {Spaces}><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="{Utc(from)}" end="{Utc(to)}"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>
        """;

    public static string Objects(IEnumerable<string> hrefs, bool withData) =>
        $"{Start}<c:calendar-multiget {Spaces}><d:prop><d:getetag/>{(withData ? "<c:calendar-data/>" : "")}</d:prop>{string.Concat(hrefs.Select(href => $"<d:href>{Text(href)}</d:href>"))}</c:calendar-multiget>";

    static string Text(string text) => new XText(text).ToString();

    static string Utc(Instant instant) => instant.ToDateTimeUtc().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
