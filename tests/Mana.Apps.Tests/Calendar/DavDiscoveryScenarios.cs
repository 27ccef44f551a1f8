using System.Text.Json;

namespace Mana.Apps.Tests.Calendar;

/// <summary>compute.md 9.5: <c>POST /sync/caldav/discover {serverUrl, username, password}</c> → calendars (well-known, principal, home-set).</summary>
public sealed class DavDiscoveryScenarios(DavHost world) : IClassFixture<DavHost>
{
    [Fact]
    public async Task Discovery_by_well_known_principal_and_home_set()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        var found = (await world.DiscoverAsync(person, user, world.Dav.Url)).Ok();
        Assert.Equal(2, found["count"].GetInt32());
        var (work, holidays) = (found["calendars"][0], found["calendars"][1]);
        Assert.Equal((store.Address, "Arbeit & mehr", "#ff2968", true), (Text(work, "url"), Text(work, "name"), Text(work, "color"), work.GetProperty("mayWrite").GetBoolean()));
        Assert.Equal(["VEVENT", "VTODO"], work.GetProperty("components").EnumerateArray().Select(one => one.GetString()));
        // Without a name it is called as its address; who may only read is told so; lists of tasks and inboxes are no calendars of events.
        Assert.Equal(("Ferien", null, false), (Text(holidays, "name"), Text(holidays, "color"), holidays.GetProperty("mayWrite").GetBoolean()));
        Assert.Equal(["/.well-known/caldav", "/remote.php/dav/", $"/remote.php/dav/principals/{user}/", $"/remote.php/dav/calendars/{user}/"], world.Dav.Of(user).Select(request => request.Path));
        Assert.All(world.Dav.Of(user), request => Assert.Equal("PROPFIND", request.Method));
        Assert.Equal(0, await world.ScalarAsync<long>("SELECT count(*) FROM apps.caldav_accounts WHERE user_id = $1", person.UserId));
    }

    [Theory]
    [InlineData("Apple", "")]
    [InlineData("Odd", "")]
    [InlineData("Nextcloud", "/remote.php/dav/")]
    [InlineData("Odd", "/remote.php/dav/principals/{user}/")]
    public async Task Servers_that_write_it_otherwise_are_understood(string dialect, string path)
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user, Enum.Parse<DavDialect>(dialect));
        var found = (await world.DiscoverAsync(person, user, world.Dav.Url + path.Replace("{user}", user, StringComparison.Ordinal))).Ok();
        Assert.Equal([(store.Address, "Arbeit & mehr"), (store.Address.Replace("Arbeit%20%26%20mehr", "Ferien", StringComparison.Ordinal), "Ferien")],
            found["calendars"].EnumerateArray().Select(one => (Text(one, "url"), Text(one, "name"))));
        Assert.Equal("#ff2968", Text(found["calendars"][0], "color"));
    }

    [Fact]
    public async Task Apple_is_the_same_at_its_fixed_address()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        world.Dav.Add(user, DavDialect.Apple);
        Assert.Equal(2, (await world.DiscoverAsync(person, user, provider: "apple")).Ok()["count"].GetInt32());
        (await world.DiscoverAsync(person, user, world.Elsewhere.Url, provider: "apple")).Refused(400, "URL_NOT_ALLOWED");
        (await world.DiscoverAsync(person, user, "https://caldav.icloud.com.evil.example", provider: "apple")).Refused(400, "URL_NOT_ALLOWED");
        (await world.DiscoverAsync(person, user)).Refused(400, "VALIDATION");
    }

    [Fact]
    public async Task A_calendar_by_its_own_address_is_found()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        var store = world.Dav.Add(user);
        var found = (await world.DiscoverAsync(person, user, store.Address)).Ok();
        Assert.Equal(store.Address, Text(Assert.Single(found["calendars"].EnumerateArray()), "url"));
    }

    [Fact]
    public async Task A_password_that_is_refused_is_tried_once_and_is_no_sign_out_here()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        world.Dav.Add(user, DavDialect.Apple);
        (await world.DiscoverAsync(person, user, world.Dav.Url, "wrong")).Refused(400, "CREDENTIALS_REFUSED");
        Assert.Single(world.Dav.Of(user));
    }

    [Fact]
    public async Task A_password_goes_to_no_host_that_it_was_not_given_for()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        world.Dav.Add(user);
        world.Elsewhere.Add(user);
        world.Dav.Fixed["/leads-away/"] = (307, world.Elsewhere.Url + "/remote.php/dav/", "");
        var refused = (await world.DiscoverAsync(person, user, world.Dav.Url + "/leads-away/")).Refused(400, "OTHER_HOST");
        Assert.Equal("127.0.0.1", refused["details"].GetProperty("host").GetString());
        world.Dav.Fixed["/names-another/"] = (207, null, $"<multistatus xmlns='DAV:'><response><href>/</href><propstat><prop><current-user-principal><href>{world.Elsewhere.Url}/remote.php/dav/</href></current-user-principal></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>");
        (await world.DiscoverAsync(person, user, world.Dav.Url + "/names-another/")).Refused(400, "OTHER_HOST");
        Assert.Empty(world.Elsewhere.Requests);
    }

    [Fact]
    public async Task Addresses_inside_and_passwords_in_the_clear_are_refused()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        world.Dav.Add(user);
        foreach (var url in (string[])["http://127.0.0.1/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://localhost/", "https://169.254.169.254/", "http://dav.example.com/", "https://dav.example.com:8443/", "https://u:p@dav.example.com/", "ftp://dav.example.com/", "file:///etc/passwd", "https://"])
            (await world.DiscoverAsync(person, user, url)).Refused(400, "URL_NOT_ALLOWED");
        person = await world.PersonAsync();
        world.Dav.Fixed["/leads-inside/"] = (302, "http://127.0.0.1:9/", "");
        (await world.DiscoverAsync(person, user, world.Dav.Url + "/leads-inside/")).Refused(400, "URL_NOT_ALLOWED");
        world.Dav.Fixed["/leads-round/"] = (302, "/leads-round/", "");
        (await world.DiscoverAsync(person, user, world.Dav.Url + "/leads-round/")).Ok();
    }

    /// <summary>compute.md 30: no XML external entities for CalDAV.</summary>
    [Theory]
    [InlineData("<!DOCTYPE multistatus [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><multistatus xmlns='DAV:'><response><href>&x;</href></response></multistatus>")]
    [InlineData("<!DOCTYPE multistatus><multistatus xmlns='DAV:'/>")]
    [InlineData("<multistatus xmlns='DAV:'><response>")]
    [InlineData("<html/>")]
    [InlineData("")]
    public async Task What_is_no_answer_of_a_CalDAV_server_is_none(string body)
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        world.Dav.Add(user);
        // Nothing else is there either.
        foreach (var path in (string[])["/bad/", "/.well-known/caldav", "/"])
            world.Dav.Fixed[path] = (207, null, body);
        try
        {
            (await world.DiscoverAsync(person, user, world.Dav.Url + "/bad/")).Refused(404, "NOT_FOUND");
        }
        finally
        {
            world.Dav.Fixed.Clear();
        }
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_told()
    {
        var (person, user) = (await world.PersonAsync(), DavHost.NewUser());
        world.Dav.Add(user);
        world.Dav.Fixed["/busy/"] = (503, null, "");
        try
        {
            (await world.DiscoverAsync(person, user, world.Dav.Url + "/busy/")).Refused(502, "UPSTREAM_UNAVAILABLE");
        }
        finally
        {
            world.Dav.Fixed.Clear();
        }
    }

    [Fact]
    public async Task Names_and_passwords_are_checked()
    {
        var person = await world.PersonAsync();
        foreach (var body in (object[])[new { serverUrl = "https://dav.example.com" }, new { serverUrl = "https://dav.example.com", username = "a:b", password = "p" }, new { serverUrl = "https://dav.example.com", username = "a", password = "" }, new { username = "a", password = "p" }])
            (await person.PostAsync("calendar/sync/caldav/discover", body)).Refused(400, "VALIDATION");
        (await world.Anybody().PostAsync("calendar/sync/caldav/discover", new { })).Refused(401);
    }

    static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
}
