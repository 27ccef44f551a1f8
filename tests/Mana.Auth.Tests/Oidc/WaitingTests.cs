using Mana.Auth.Oidc.Grants;
using Mana.Auth.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Oidc;

/// <summary>Anybody can have requests stored without signing in, so little is kept of each, and not for long.</summary>
public sealed class WaitingTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    const string Bye = "https://rp.example/bye";

    [Fact]
    public async Task A_state_or_nonce_that_is_too_long_is_refused_and_not_stored()
    {
        var (person, _, _) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var browser = new Browser(world.Host);
        Assert.Equal("invalid_request", await client.ErrorAsync(browser, ("state", new string('s', 2049))));
        Assert.Equal("invalid_request", await client.ErrorAsync(browser, ("nonce", new string('n', 2049))));
        (await client.PostAsync("/api/auth/oauth2/par", Fields(client, ("state", new string('s', 2049))))).IsError(400, "invalid_request");
        Assert.Equal(400, (await person.OpenAsync(Logout(client, new string('s', 2049)))).Status);
        Assert.Equal(0L, await CountAsync(client));
        Assert.StartsWith("/login?", (await browser.OpenAsync(client.Authorize(("state", new string('s', 2048))))).Location, StringComparison.Ordinal);
        Assert.StartsWith("/logout?", (await person.OpenAsync(Logout(client, new string('s', 2048)))).Location, StringComparison.Ordinal);
        Assert.Equal(2L, await CountAsync(client));
    }

    [Fact]
    public async Task Of_a_pushed_request_only_what_we_know_is_stored()
    {
        var client = await world.ClientAsync();
        Assert.Equal(201, (await client.PostAsync("/api/auth/oauth2/par", Fields(client, ("padding", new string('x', 8000))))).Status);
        var stored = (string)(await world.ScalarAsync("SELECT parameters::text FROM auth.oauth_requests WHERE client_id = $1", client.ClientId))!;
        Assert.Contains("code_challenge", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("padding", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_over_is_emptied_or_removed_and_who_comes_late_still_learns_whose_it_was()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.ClientAsync();
        var answered = await browser.OpenAsync(client.Authorize());
        client.Answer(await browser.SubmitAsync(answered.Location!, "/consent", ("answer", "deny")));
        Assert.Equal(1L, await CountAsync(client, "AND parameters = '{}' AND consumed_at IS NOT NULL"));

        var late = await browser.OpenAsync(client.Authorize());
        await browser.OpenAsync(Logout(client, "s"));
        Assert.Equal(201, (await client.PostAsync("/api/auth/oauth2/par", Fields(client))).Status);
        await PurgeAsync();
        Assert.Equal(3L, await CountAsync(client, "AND parameters <> '{}'"));
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await PurgeAsync();
        Assert.Equal(0L, await CountAsync(client, "AND kind = 'pushed'"));
        Assert.Equal(2L, await CountAsync(client, "AND parameters <> '{}'"));
        world.Clock.Advance(TimeSpan.FromMinutes(9));
        await PurgeAsync();
        Assert.Equal(2L, await CountAsync(client));
        Assert.Equal(2L, await CountAsync(client, "AND kind = 'authorize' AND parameters = '{}'"));
        foreach (var gone in (Shown[])[late, answered])
            Assert.Contains("Back to Test app", (await browser.OpenAsync(gone.Location!)).Text, StringComparison.Ordinal);
    }

    async Task PurgeAsync()
    {
        await using var scope = world.Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ExpiredGrants>().PurgeAsync(default);
    }

    Task<object?> CountAsync(RelyingParty client, string more = "") => world.ScalarAsync($"SELECT count(*) FROM auth.oauth_requests WHERE client_id = $1 {more}", client.ClientId);

    static IEnumerable<(string, string?)> Fields(RelyingParty client, params (string Name, string? Value)[] changes) =>
        client.Parameters(changes).Select(pair => (pair.Key, (string?)pair.Value));

    static string Logout(RelyingParty client, string state) =>
        $"/api/auth/oauth2/endsession?client_id={client.ClientId}&post_logout_redirect_uri={Uri.EscapeDataString(Bye)}&state={state}";
}
