using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Oidc;

/// <summary>What a client may conclude from <c>amr</c> and <c>acr</c> when it asked for a recent sign-in.</summary>
public sealed class FactorTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Theory]
    [InlineData("{pwd,otp,mfa}")]
    [InlineData("{pwd,hwk,mfa}")]
    [InlineData("{swk,mfa}")]
    public async Task A_password_alone_renews_no_second_factor(string amr)
    {
        var (browser, _, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        await world.ScalarAsync($"UPDATE auth.sessions SET amr = '{amr}', second_factor_at = $2 WHERE user_id = $1", id, world.Clock.GetUtcNow());
        Assert.Equal("2", await LevelAsync(client, browser, ("max_age", "60")));
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        var asked = await browser.OpenAsync(client.Authorize(("max_age", "60")));
        Assert.StartsWith("/login?request=", asked.Location, StringComparison.Ordinal);
        Assert.Equal(303, (await browser.SubmitAsync("/account/confirm", "/account/confirm", ("password", AuthApi.Password))).Status);

        // The request that waited, and one that need not wait.
        var onward = await browser.OpenAsync(asked.Location!);
        var tokens = await client.RedeemAsync(client.Answer(await browser.OpenAsync(onward.Location!))["code"]);
        Assert.Equal(["pwd"], Methods(tokens));
        Assert.Equal("1", RelyingParty.Claims(tokens).GetProperty("acr").GetString());
        Assert.Equal("1", await LevelAsync(client, browser, ("max_age", "60")));
        // Who did not ask for a recent one hears of all.
        Assert.Equal("2", await LevelAsync(client, browser));
        Assert.Equal("2", await LevelAsync(client, browser, ("max_age", "3600")));
    }

    static string[] Methods(Answer tokens) => [.. RelyingParty.Claims(tokens).GetProperty("amr").EnumerateArray().Select(method => method.GetString()!)];

    static async Task<string?> LevelAsync(RelyingParty client, Browser browser, params (string Name, string? Value)[] changes) =>
        RelyingParty.Claims(await client.TokensAsync(browser, changes)).GetProperty("acr").GetString();
}
