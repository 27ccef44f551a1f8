using Mana.Testing;

namespace Mana.Auth.Tests.Sessions;

public sealed class SessionEndpointTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    readonly AuthApi _api = new(fixture.Host);

    [Fact]
    public async Task It_shows_session_and_account_and_no_secret()
    {
        var login = await _api.NewSessionAsync();
        var answer = (await _api.SessionAsync(login["accessToken"])).IsOk();
        var session = answer.Body.GetProperty("session");

        Assert.Equal(
            ["id", "userId", "token", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent", "activeOrganizationId"],
            session.EnumerateObject().Select(member => member.Name));
        Assert.Equal(session.GetProperty("id").GetString(), session.GetProperty("token").GetString());
        Assert.EndsWith("Z", session.GetProperty("expiresAt").GetString(), StringComparison.Ordinal);
        Assert.Equal(login.Body.GetProperty("user").GetRawText(), answer.Body.GetProperty("user").GetRawText());
        Assert.DoesNotContain(login["refreshToken"]!, answer.Text, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    public async Task Scenario_35_without_a_good_token_it_is_null(string? bearer) => Assert.Equal("null", (await _api.SessionAsync(bearer)).IsOk().Text);
}
