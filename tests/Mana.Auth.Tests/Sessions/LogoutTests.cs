using Mana.Testing;

namespace Mana.Auth.Tests.Sessions;

public sealed class LogoutTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    readonly AuthApi _api = new(fixture.Host);

    [Fact]
    public async Task Scenario_32_the_refresh_token_alone_ends_the_session_and_again_is_fine()
    {
        var login = await _api.NewSessionAsync();
        for (var time = 0; time < 2; time++)
            Succeeded(await _api.PostAsync("logout", new { refreshToken = login["refreshToken"] }));

        Assert.Equal("Invalid refresh token", (await _api.RefreshAsync(login["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED")["message"]);
        Assert.Equal("null", (await _api.SessionAsync(login["accessToken"])).IsOk().Text);
    }

    [Fact]
    public async Task The_Bearer_alone_ends_the_session_without_a_body()
    {
        var login = await _api.NewSessionAsync();
        Succeeded(await _api.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/logout"), login["accessToken"]));
        (await _api.RefreshAsync(login["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
    }

    [Fact]
    public async Task A_rotated_token_of_the_family_ends_the_session_too()
    {
        var login = await _api.NewSessionAsync();
        var next = (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        Succeeded(await _api.PostAsync("logout", new { refreshToken = login["refreshToken"] }));
        (await _api.RefreshAsync(next["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
    }

    [Fact]
    public async Task Other_sessions_of_the_same_person_live_on()
    {
        var email = AuthApi.NewEmail();
        var here = await _api.NewSessionAsync(email);
        var there = (await _api.LoginAsync(email)).IsOk();
        Succeeded(await _api.PostAsync("logout", new { refreshToken = here["refreshToken"] }));
        (await _api.RefreshAsync(there["refreshToken"])).IsOk();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"refreshToken\":\"garbage\"}")]
    [InlineData("{\"refreshToken\":null}")]
    [InlineData("null")]
    public async Task Without_anything_to_end_it_succeeds(string body) => Succeeded(await _api.SendRawAsync("logout", body, "garbage"));

    [Fact]
    public async Task Unreadable_JSON_is_a_bad_request() => (await _api.SendRawAsync("logout", "{")).IsRefused(400, "VALIDATION");

    static void Succeeded(Answer answer) => Assert.Equal("{\"success\":true}", answer.IsOk().Text);
}
