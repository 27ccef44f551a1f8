using System.Text;
using Mana.Apps.Calendar.CalDav;

namespace Mana.Apps.Tests.Calendar;

/// <summary>Answers and addresses of CalDAV servers, without one.</summary>
public sealed class DavAnswerTests
{
    [Fact]
    public void Prefixes_do_not_matter_and_only_properties_that_are_there_count()
    {
        var read = Read("""
            <x:multistatus xmlns:x="DAV:" xmlns="urn:ietf:params:xml:ns:caldav"><x:response><x:href> /a%20b/ </x:href>
              <x:propstat><x:prop><x:displayname>nein</x:displayname><x:getetag/></x:prop><x:status>HTTP/1.1 404 Not Found</x:status></x:propstat>
              <x:propstat><x:status>HTTP/1.1 200</x:status><x:prop><x:resourcetype><x:collection/><calendar/></x:resourcetype><calendar-data>A&#13;
            B<![CDATA[<C>]]></calendar-data><x:unknown><x:href>/x/</x:href></x:unknown><calendar-home-set><x:href>/h/</x:href><x:href> /i/ </x:href></calendar-home-set></x:prop></x:propstat>
            </x:response><x:sync-token>t</x:sync-token></x:multistatus>
            """)!;
        var one = Assert.Single(read.Responses);
        Assert.Equal(("/a%20b/", "t", true, false), (one.Href, read.SyncToken, one.Is("c:calendar"), one.Is("calendar")));
        Assert.Equal([DavProp.HomeSet, DavProp.ResourceType, DavProp.Data], one.Found.Keys.Order());
        Assert.Equal("A\r\nB<C>", one.Found[DavProp.Data].Text);
        Assert.Equal(["/h/", "/i/"], one.Found[DavProp.HomeSet].Hrefs);
    }

    [Fact]
    public void Names_that_only_look_like_ours_are_others()
    {
        Assert.Null(Read("<multistatus/>"));
        Assert.Null(Read("<multistatus xmlns='DAV'/>"));
        var read = Read("<multistatus xmlns='DAV:'><response xmlns='x'><href>/</href></response><response><href>/</href><propstat><prop><getetag xmlns='urn:x'>1</getetag></prop></propstat></response></multistatus>")!;
        Assert.Empty(Assert.Single(read.Responses).Found);
    }

    [Fact]
    public void What_is_nested_without_end_or_expands_is_not_read()
    {
        Assert.Null(Read("<multistatus xmlns='DAV:'>" + string.Concat(Enumerable.Repeat("<a>", 100_000))));
        var deep = string.Concat(Enumerable.Repeat("<a>", 500)) + string.Concat(Enumerable.Repeat("</a>", 500));
        Assert.Null(Read($"<multistatus xmlns='DAV:'>{deep}</multistatus>"));
        Assert.Null(Read("<!DOCTYPE m [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><multistatus xmlns='DAV:'><sync-token>&b;</sync-token></multistatus>"));
        Assert.NotNull(Read("<multistatus xmlns='DAV:'><a><b/><c>t</c></a></multistatus>"));
    }

    [Theory]
    [InlineData("https://dav.example.com", "https://dav.example.com/x", true)]
    [InlineData("https://dav.example.com", "https://DAV.example.com:443/x", true)]
    [InlineData("https://example.com", "https://cloud.example.com/x", true)]
    [InlineData("http://example.com", "https://example.com/x", true)]
    [InlineData("https://caldav.icloud.com", "https://p42-caldav.icloud.com:443/1/", true)]
    [InlineData("https://dav.example.com", "http://dav.example.com/x", false)]
    [InlineData("https://dav.example.com", "https://dav.example.com:8443/x", false)]
    [InlineData("https://dav.example.com", "https://example.com/x", false)]
    [InlineData("https://dav.example.com", "https://cloud.example.com/x", false)]
    [InlineData("https://example.com", "https://evilexample.com/x", false)]
    [InlineData("https://example.com", "https://example.com.evil.test/x", false)]
    [InlineData("https://caldav.icloud.com", "https://caldav.icloud.com.evil.test/", false)]
    [InlineData("https://caldav.icloud.com", "https://evilicloud.com/", false)]
    [InlineData("https://evil.test", "https://caldav.icloud.com/", false)]
    public void A_password_is_sent_where_its_owner_meant_it_to_go(string given, string address, bool may) => Assert.Equal(may, DavAddress.MaySend(new Uri(given), new Uri(address)));

    [Theory]
    [InlineData("/c/anna%40example.org/a%20b.ics", "/c/anna@example.org/a b.ics")]
    [InlineData("/c/%c3%a4.ics", "/c/%C3%A4.ics")]
    [InlineData("/c/%7Eanna/x.ics", "/c/~anna/x.ics")]
    public void One_resource_has_one_key(string one, string other) =>
        Assert.Equal(DavAddress.KeyOf(new Uri("https://dav.example.com" + one)), DavAddress.KeyOf(new Uri("https://dav.example.com" + other)));

    [Fact]
    public void A_slash_in_a_name_is_no_folder() =>
        Assert.NotEqual(DavAddress.KeyOf(new Uri("https://dav.example.com/c/a%2Fb.ics")), DavAddress.KeyOf(new Uri("https://dav.example.com/c/a/b.ics")));

    static DavMultistatus? Read(string text) => DavMultistatus.Read(Encoding.UTF8.GetBytes(text));
}
