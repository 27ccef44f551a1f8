using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Device;
using Mana.Auth.Tests.Pages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Oidc;

/// <summary>auth.md 3.5: what is counted, and what is not.</summary>
public sealed class LimitTests : IAsyncLifetime
{
    readonly OidcWorld _world = new OidcWorld().With("RateLimits:Enabled", "true");

    public ValueTask InitializeAsync() => _world.InitializeAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Wrong_device_codes_are_counted_per_person_and_looking_at_the_page_is_not()
    {
        var (browser, _, _) = await _world.PersonAsync();
        var tv = await _world.ClientAsync(new ClientDraft(Type: "public", Native: true, GrantTypes: ["urn:ietf:params:oauth:grant-type:device_code"], RedirectUris: []));
        var code = (await tv.PostAsync("/api/auth/oauth2/device", [("scope", "openid")])).IsOk()["user_code"]!;
        var form = Browser.Hidden((await browser.OpenAsync("/device")).Html, "/device").ToList();
        for (var look = 0; look < 2 * DeviceGuesses.PerMinute; look++)
        {
            Assert.Equal(200, (await browser.OpenAsync("/device")).Status);
            Assert.Equal(400, (await browser.SendFormAsync("/device", form)).Status);
            Assert.Equal(200, (await browser.OpenAsync($"/device?user_code={code}")).Status);
        }

        for (var guess = 0; guess < DeviceGuesses.PerMinute; guess++)
            Assert.Equal(400, (guess % 2 == 0 ? await browser.SendFormAsync("/device", [.. form, ("user_code", "BCDF-GHJK")]) : await browser.OpenAsync("/device?user_code=BCDF-GHJK")).Status);
        foreach (var late in (Shown[])[await browser.SendFormAsync("/device", [.. form, ("user_code", code)]), await browser.SendFormAsync("/device", [.. form, ("user_code", code), ("answer", "accept")]), await browser.OpenAsync($"/device?user_code={code}")])
        {
            Assert.Equal(429, late.Status);
            Assert.Contains("Too many attempts", late.Text, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await browser.OpenAsync("/device")).Status);
        var (other, _, _) = await _world.PersonAsync();
        Assert.Equal(200, (await other.OpenAsync($"/device?user_code={code}")).Status);
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        var asked = await browser.OpenAsync($"/device?user_code={code}");
        Assert.Equal("/device?done=allowed", (await browser.SendFormAsync("/device", [.. Browser.Hidden(asked.Html, "/device"), ("answer", "accept")])).Location);
    }

    [Fact]
    public void Every_route_of_the_provider_that_asks_the_database_has_a_limit()
    {
        var routes = _world.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.TrimStart('/') is var path && (path.StartsWith("api/auth/oauth2/", StringComparison.Ordinal) || path.StartsWith("api/oidc/", StringComparison.Ordinal) || path is "consent" or "logout" or "device"))
            .Where(route => !route.RoutePattern.RawText!.EndsWith("/jwks", StringComparison.Ordinal)).ToList();
        Assert.True(routes.Count > 15);
        Assert.Empty(routes.Where(route => route.Metadata.GetMetadata<EnableRateLimitingAttribute>() is null).Select(route => route.DisplayName));
    }
}
