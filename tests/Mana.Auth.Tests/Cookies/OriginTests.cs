using Mana.Auth.Origins;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Cookies;

/// <summary>Whose pages a cookie may speak for.</summary>
public sealed class OriginTests : IAsyncLifetime
{
    static readonly string[] Trusted = ["https://mana.how", "https://arcade.mana.how", "https://auth.mana.how"];

    static readonly (string Method, string Path)[] Changing =
    [
        ("POST", "/api/v1/auth/session-to-token"), ("POST", "/api/v1/auth/refresh"), ("POST", "/api/v1/auth/logout"), ("POST", "/api/v1/auth/step-up"),
        ("DELETE", "/api/v1/auth/sessions/x"), ("POST", "/api/auth/sign-out"), ("POST", "/api/auth/revoke-session"), ("POST", "/api/auth/revoke-sessions"),
        ("POST", "/api/auth/revoke-other-sessions"),
    ];

    string _database = "";
    TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _host = await new TestHost(_database).With("Auth:BaseUrl", "https://auth.mana.how").With("CORS_ORIGINS", "https://mana.how,https://arcade.mana.how,https://*.mana.how").StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Scenario_87_what_a_cookie_authenticates_needs_a_trusted_origin()
    {
        var browser = new Browser(_host, "https://mana.how");
        await browser.NewSessionAsync();
        foreach (var (method, path) in Changing)
        {
            foreach (var absent in (string?[])[null, "null"])
                (await browser.SendAsync(new HttpMethod(method), path, null, absent)).IsRefused(403, "MISSING_OR_NULL_ORIGIN");
            foreach (var foreign in (string[])["https://evil.example", "https://mana.how.evil.example", "http://mana.how", "https://new.mana.how", "https://mana.how:8443"])
                Assert.Equal("INVALID_ORIGIN", (await browser.SendAsync(new HttpMethod(method), path, null, foreign)).IsRefused(403, "INVALID_ORIGIN")["code"]);
        }

        Assert.NotNull(browser.SessionCookie);
        Assert.NotEqual("null", (await browser.GetAsync("/api/auth/get-session")).IsOk().Text);
    }

    [Fact]
    public async Task Scenario_87_a_Bearer_needs_no_origin_even_beside_a_cookie()
    {
        var browser = new Browser(_host, "https://mana.how");
        var login = await browser.NewSessionAsync();
        var answer = await browser.SendAsync(HttpMethod.Post, "/api/auth/revoke-other-sessions", null, "https://evil.example", ("Authorization", "Bearer " + login["accessToken"]));
        Assert.Equal("{\"status\":true}", answer.IsOk().Text);
        // A refresh token in the body speaks for itself, and the browser keeps its cookie: the page that asked is a stranger.
        (await browser.PostFromAsync("https://evil.example", "/api/v1/auth/logout", new { refreshToken = login["refreshToken"] })).IsOk();
        Assert.Empty(browser.SetCookies);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_even_look()
    {
        var browser = new Browser(_host, "https://mana.how");
        await browser.NewSessionAsync();
        Assert.Equal("null", (await browser.GetAsync("/api/auth/get-session", "https://evil.example", ("Sec-Fetch-Site", "cross-site"))).IsOk().Text);
        (await browser.GetAsync("/api/auth/token", "https://evil.example", ("Sec-Fetch-Site", "cross-site"))).IsRefused(403, "INVALID_ORIGIN");
        // A link that leads here from elsewhere names no origin.
        (await browser.SendAsync(HttpMethod.Get, "/api/auth/token", null, null, ("Sec-Fetch-Site", "cross-site"))).IsOk();
    }

    [Fact]
    public async Task Scenario_91_CORS_cookies_and_redirects_trust_the_same_origins()
    {
        var redirects = _host.Services.GetRequiredService<TrustedOrigins>();
        foreach (var origin in Trusted)
        {
            var browser = new Browser(_host, origin);
            await browser.NewSessionAsync();
            (await browser.PostAsync("/api/v1/auth/session-to-token")).IsOk();
            Assert.NotNull(redirects.Target(origin + "/app"));
            // Our own pages are same-origin and need no CORS.
            if (origin != "https://auth.mana.how")
                Assert.Equal((origin, "true"), await CorsAsync(origin, "/api/v1/auth/session-to-token"));
        }

        foreach (var stranger in (string[])["https://mana.how.evil.example", "http://mana.how", "https://other.mana.how", "https://mana.how@evil.example"])
        {
            var browser = new Browser(_host, "https://mana.how");
            await browser.NewSessionAsync();
            (await browser.PostFromAsync(stranger, "/api/v1/auth/session-to-token")).IsRefused(403, "INVALID_ORIGIN");
            Assert.Null(redirects.Target(stranger + "/app"));
            Assert.Equal((null, null), await CorsAsync(stranger, "/api/v1/auth/session-to-token"));
        }
    }

    [Fact]
    public async Task Wildcards_serve_pages_that_bring_a_token_and_the_internal_surface_has_no_CORS()
    {
        Assert.Equal(("https://new.mana.how", "true"), await CorsAsync("https://new.mana.how", "/sync/todo"));
        Assert.Equal((null, null), await CorsAsync("https://new.mana.how", "/api/auth/get-session"));
        Assert.Equal((null, null), await CorsAsync("https://mana.how", "/api/v1/internal/outbox/parked"));
    }

    async Task<(string? Origin, string? Credentials)> CorsAsync(string origin, string path)
    {
        using var client = _host.CreateClient();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, path);
        preflight.Headers.TryAddWithoutValidation("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using var allowed = await client.SendAsync(preflight);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        using var answer = await client.SendAsync(request);
        var (first, second) = (Header(allowed, "Access-Control-Allow-Origin"), Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal(first, second);
        return (first, Header(answer, "Access-Control-Allow-Credentials"));
    }

    static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
