using System.Collections.Concurrent;
using System.Security.Cryptography;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mana.Auth.Tests.Oidc;

/// <summary>Every line of every logger, down to Trace, while clients do all that they can.</summary>
public sealed class LogTests : IAsyncLifetime
{
    const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    /// <summary>Writes the address of each request when it is let to, which no host does (the platform has a line of its own, without the query).</summary>
    const string AddressLogger = "Microsoft.AspNetCore.Hosting.Diagnostics";

    readonly Lines _lines = new();
    readonly OidcWorld _world = new();

    public ValueTask InitializeAsync() => _world.With(services => services.AddSingleton<ILoggerProvider>(_lines).AddLogging(logging => logging.AddFilter<Lines>((_, _) => true))).InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _lines.Dispose();
    }

    [Fact]
    public async Task Expectation_23_codes_and_tokens_are_never_logged()
    {
        var (browser, _, _) = await _world.PersonAsync();
        var client = await _world.ClientAsync(new ClientDraft(BackchannelLogoutUri: "https://127.0.0.1:1/logout"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["client secret"] = client.Secret!, ["verifier"] = RelyingParty.Verifier, ["password"] = AuthApi.Password };

        // A code, its tokens, and what goes wrong with both.
        var code = (await AuthorizeTests.ConsentAsync(browser, client, ("scope", "openid offline_access")))["code"];
        var first = Keep(secrets, "of a code", (await client.RedeemAsync(code)).IsOk());
        secrets["code"] = code;
        (await client.UserInfoAsync(first["access_token"]!)).IsOk();
        (await client.IntrospectAsync(first["access_token"]!)).IsOk();
        var second = Keep(secrets, "refreshed", (await client.RefreshAsync(first["refresh_token"])).IsOk());
        (await client.RefreshAsync(first["refresh_token"])).IsError(400, "invalid_grant");
        (await client.RedeemAsync(code)).IsError(400, "invalid_grant");
        Assert.Equal(200, (await client.RevokeAsync(second["refresh_token"]!)).Status);
        secrets["wrong secret"] = "wrong-secret-of-a-client-0123456789";
        (await client.PostRawAsync(RelyingParty.TokenPath, [("grant_type", "client_credentials")], $"{client.ClientId}:{secrets["wrong secret"]}")).IsError(401, "invalid_client");

        // Pushed, with a key.
        var proof = secrets["proof"] = TestKeys.Proof(_world.Clock, key, "POST", OidcWorld.Issuer + "/api/auth/oauth2/par");
        var pushed = await client.PostRawAsync("/api/auth/oauth2/par", client.Parameters(("scope", "openid")).Select(pair => (pair.Key, (string?)pair.Value)), $"{client.ClientId}:{client.Secret}", ("DPoP", proof));
        secrets["request_uri"] = pushed["request_uri"]!["urn:ietf:params:oauth:request_uri:".Length..];
        secrets["pushed code"] = client.Answer(await browser.OpenAsync($"{RelyingParty.AuthorizePath}?client_id={client.ClientId}&request_uri={Uri.EscapeDataString(pushed["request_uri"]!)}"))["code"];

        // A device.
        var tv = await _world.ClientAsync(new ClientDraft(Type: "public", Native: true, GrantTypes: [DeviceGrant, "refresh_token"], RedirectUris: []));
        var started = (await tv.PostAsync("/api/auth/oauth2/device", [("scope", "openid offline_access")])).IsOk();
        (secrets["device code"], secrets["user code"]) = (started["device_code"]!, started["user_code"]!);
        secrets["user code, as it is kept"] = started["user_code"]!.Replace("-", "", StringComparison.Ordinal);
        var asked = await browser.SubmitAsync("/device", "/device", ("user_code", started["user_code"]!));
        await browser.SendFormAsync("/device", [.. Browser.Hidden(asked.Html, "/device"), ("answer", "accept")]);
        Keep(secrets, "of a device", (await tv.PostAsync(RelyingParty.TokenPath, [("grant_type", DeviceGrant), ("device_code", started["device_code"])])).IsOk());

        // Signing out, by a form and by an address, and telling the client.
        var leaving = await browser.OpenAsync($"/api/auth/oauth2/endsession?id_token_hint={first["id_token"]}");
        Assert.Equal(200, leaving.Status);
        Assert.Equal(303, (await browser.SendFormAsync("/api/auth/oauth2/endsession", ("id_token_hint", second["id_token"]!))).Status);
        await _world.Host.DrainAsync();

        Assert.Contains(_lines.All, line => line.Text.Contains("oauth_refresh_reuse", StringComparison.Ordinal));
        Assert.Contains(_lines.All, line => line.Level == LogLevel.Trace || line.Level == LogLevel.Debug);
        foreach (var (name, secret) in secrets)
        {
            var told = _lines.All.FirstOrDefault(line => line.Category != AddressLogger && line.Text.Contains(secret, StringComparison.Ordinal));
            Assert.True(told is null, $"{name} in {told?.Category} ({told?.Level}): {told?.Text}");
        }

        var rules = _world.Host.Services.GetRequiredService<IOptions<LoggerFilterOptions>>().Value.Rules;
        Assert.Equal(LogLevel.None, Assert.Single(rules, rule => rule.CategoryName == AddressLogger && rule.ProviderName is null).LogLevel);
        // What never stands in an address is in no line at all.
        foreach (var name in secrets.Keys.Except(["request_uri", "id_token of a code"]))
            Assert.DoesNotContain(_lines.All, line => line.Text.Contains(secrets[name], StringComparison.Ordinal));
    }

    static Answer Keep(Dictionary<string, string> secrets, string what, Answer tokens)
    {
        foreach (var name in (string[])["access_token", "refresh_token", "id_token"])
            secrets[$"{name} {what}"] = tokens[name]!;
        return tokens;
    }

    sealed record Line(string Category, LogLevel Level, string Text);

    sealed class Lines : ILoggerProvider
    {
        public ConcurrentQueue<Line> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => new One(categoryName, All);

        public void Dispose()
        {
            // Nothing to give back.
        }

        sealed class One(string category, ConcurrentQueue<Line> all) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull
            {
                all.Enqueue(new Line(category, LogLevel.None, state.ToString() ?? ""));
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                all.Enqueue(new Line(category, logLevel, string.Join('\n', [formatter(state, exception), exception?.ToString() ?? "", .. state is IEnumerable<KeyValuePair<string, object?>> facts ? facts.Select(fact => fact.Value?.ToString() ?? "") : []])));
        }
    }
}
