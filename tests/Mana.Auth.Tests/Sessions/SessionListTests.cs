using System.Text.Json;
using Mana.Auth.Tests.Cookies;
using Mana.Testing;

namespace Mana.Auth.Tests.Sessions;

public sealed class SessionListTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    readonly AuthApi _api = new(fixture.Host);

    [Fact]
    public async Task Scenario_34_it_lists_what_is_alive_and_marks_the_current_one()
    {
        var email = AuthApi.NewEmail();
        var phone = await _api.NewSessionAsync(email);
        var laptop = (await _api.PostAsync("login", new { email, password = AuthApi.Password, deviceId = "d-1", deviceName = "Ada's laptop" })).IsOk();
        var tablet = (await _api.LoginAsync(email)).IsOk();
        await _api.PostAsync("logout", new { refreshToken = tablet["refreshToken"] });
        (await _api.RefreshAsync(phone["refreshToken"])).IsOk();

        var list = (await ListAsync(laptop)).ToList();
        Assert.Equal(2, list.Count);
        Assert.Equal([false, true], list.Select(entry => entry.GetProperty("current").GetBoolean()));
        Assert.Equal("Ada's laptop", list[1].GetProperty("deviceName").GetString());
        Assert.Equal("d-1", list[1].GetProperty("deviceId").GetString());
        foreach (var member in (string[])["id", "ipAddress", "userAgent", "lastActivityAt", "createdAt", "expiresAt"])
            Assert.True(list[0].TryGetProperty(member, out _), member);
        Assert.Equal(list[0].GetProperty("id").GetString(), list[0].GetProperty("token").GetString());
    }

    [Fact]
    public async Task Scenario_34_ones_own_can_be_ended_and_nobody_elses()
    {
        var email = AuthApi.NewEmail();
        var here = await _api.NewSessionAsync(email);
        var there = (await _api.LoginAsync(email)).IsOk();
        var stranger = await _api.NewSessionAsync();

        var lost = IdOf(there);
        (await DeleteAsync(stranger, lost)).IsRefused(404, "NOT_FOUND");
        (await DeleteAsync(here, "unknown")).IsRefused(404, "NOT_FOUND");
        Assert.Equal(204, (await DeleteAsync(here, lost)).Status);
        (await DeleteAsync(here, lost)).IsRefused(404, "NOT_FOUND");
        (await _api.RefreshAsync(there["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        Assert.Equal(401, (await GetListAsync(there)).Status);
        Assert.Equal(IdOf(here), Assert.Single(await ListAsync(here)).GetProperty("id").GetString());
        Assert.Equal("session_revoked", await Database.EventsAsync(fixture.Host, here["user", "id"]!));

        Assert.Equal(204, (await DeleteAsync(here, IdOf(here))).Status);
        Assert.Equal(401, (await DeleteAsync(here, IdOf(here))).Status);
    }

    [Fact]
    public async Task The_native_routes_end_one_the_others_or_all()
    {
        var email = AuthApi.NewEmail();
        var browser = new Browser(fixture.Host);
        await _api.RegisterAsync(email);
        (await browser.LoginAsync(email)).IsOk();
        var others = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _api.LoginAsync(email)));

        Assert.Equal(4, (await browser.GetAsync("/api/auth/list-sessions")).IsOk().Body.GetArrayLength());
        Assert.Equal("{\"status\":true}", (await browser.PostAsync("/api/auth/revoke-session", new { token = IdOf(others[0]) })).IsOk().Text);
        Assert.Equal("{\"status\":true}", (await browser.PostAsync("/api/auth/revoke-session", new { token = "unknown" })).IsOk().Text);
        (await browser.PostAsync("/api/auth/revoke-session", new { })).IsRefused(400, "VALIDATION_ERROR");
        Assert.Equal(3, (await browser.GetAsync("/api/auth/list-sessions")).IsOk().Body.GetArrayLength());
        (await browser.PostAsync("/api/auth/revoke-other-sessions")).IsOk();
        Assert.Single((await browser.GetAsync("/api/auth/list-sessions")).IsOk().Body.EnumerateArray());
        (await _api.RefreshAsync(others[1]["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        (await browser.PostAsync("/api/auth/revoke-sessions")).IsOk();
        Assert.Null(browser.SessionCookie);
    }

    [Fact]
    public async Task A_device_never_seen_before_is_noted_and_the_first_one_is_not()
    {
        var email = AuthApi.NewEmail();
        await _api.RegisterAsync(email);
        Task<Answer> From(string? device) => _api.PostAsync("login", new { email, password = AuthApi.Password, deviceId = device });
        var login = (await From("d-1")).IsOk();
        (await From("d-1")).IsOk();
        Assert.Equal("", await Database.EventsAsync(fixture.Host, login["user", "id"]!));
        (await From("d-2")).IsOk();
        (await From("d-1")).IsOk();
        (await From("d-2")).IsOk();
        Assert.Equal("new_device_login", await Database.EventsAsync(fixture.Host, login["user", "id"]!));
    }

    Task<Answer> GetListAsync(Answer login) => _api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/sessions"), login["accessToken"]);

    async Task<IEnumerable<JsonElement>> ListAsync(Answer login) => (await GetListAsync(login)).IsOk().Body.EnumerateArray();

    Task<Answer> DeleteAsync(Answer login, string id) => _api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/sessions/" + id), login["accessToken"]);

    static string IdOf(Answer login) => Tokens.TokenText.Claims(login["accessToken"]!).GetProperty("sid").GetString()!;
}
