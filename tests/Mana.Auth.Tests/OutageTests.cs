using Mana.Auth.SecurityEvents;
using Mana.Auth.Tests.Cookies;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests;

/// <summary>The wire to the database is cut: nobody may be told that their credentials are wrong.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    string _database = "";
    Relay _relay = null!;
    TestHost _host = null!;
    AuthApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _relay = new Relay(_database);
        _host = await new TestHost(_relay.ConnectionString).StartAsync();
        _api = new AuthApi(_host);
    }

    public async ValueTask DisposeAsync()
    {
        _relay.Mend();
        await _host.DisposeAsync();
        _relay.Dispose();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Scenario_30_and_22_an_outage_is_503_that_keeps_clients_signed_in_and_counts_nothing()
    {
        var email = AuthApi.NewEmail();
        var login = await _api.NewSessionAsync(email);
        _relay.Cut();

        foreach (var answer in (Answer[])
                 [
                     await _api.RefreshAsync(login["refreshToken"]), await _api.LoginAsync(email), await _api.LoginAsync(email, "Falsches-Pferd-9"),
                     await _api.RegisterAsync(AuthApi.NewEmail()), await _api.PostAsync("logout", new { refreshToken = login["refreshToken"] }),
                     await _api.SessionAsync(login["accessToken"]), await _api.PostAsync("forgot-password", new { email }),
                     await _api.CallAsync("POST", "/api/auth/sign-in/email", new { email, password = "Falsches-Pferd-9" }),
                 ])
        {
            var message = answer.IsRefused(503, "SERVICE_UNAVAILABLE")["message"]!;
            Assert.Contains("connection", message, StringComparison.Ordinal);
            foreach (var word in (string[])["401", "403", "unauthorized", "forbidden", "invalid token", "token expired", "jwt"])
                Assert.DoesNotContain(word, message, StringComparison.OrdinalIgnoreCase);
        }

        _relay.Mend();
        (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        (await _api.LoginAsync(email)).IsOk();
        await _host.Services.GetRequiredService<SecurityLog>().FlushAsync(default);
        await using var connection = new Npgsql.NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var look = new Npgsql.NpgsqlCommand(
            "SELECT (SELECT count(*) FROM auth.login_attempts) || '|' || (SELECT count(*) FROM auth.security_events WHERE event_type = 'login_failure')", connection);
        Assert.Equal("0|0", await look.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Scenario_30_so_it_is_for_a_browser_that_has_only_its_cookie()
    {
        var browser = new Browser(_host);
        await browser.NewSessionAsync();
        _relay.Cut();
        foreach (var path in (string[])["/api/v1/auth/refresh", "/api/v1/auth/session-to-token", "/api/v1/auth/logout", "/api/auth/sign-out", "/api/auth/revoke-sessions"])
            Assert.Contains("connection", (await browser.PostAsync(path)).IsRefused(503, "SERVICE_UNAVAILABLE")["message"], StringComparison.Ordinal);
        foreach (var path in (string[])["/api/auth/get-session", "/api/auth/token", "/api/v1/auth/session", "/api/v1/auth/sessions"])
            (await browser.GetAsync(path)).IsRefused(503, "SERVICE_UNAVAILABLE");

        _relay.Mend();
        (await browser.PostAsync("/api/v1/auth/session-to-token")).IsOk();
    }

    [Fact]
    public async Task A_filled_key_ring_verifies_and_publishes_without_the_database()
    {
        var login = await _api.NewSessionAsync();
        _relay.Cut();

        Assert.Equal(200, (await _api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/auth/jwks"))).Status);
        var verifier = Verifier();
        Assert.IsType<Contracts.TokenVerdict.Valid>(await verifier.VerifyAsync(login["accessToken"]!, default));
        Assert.IsType<Contracts.TokenVerdict.Invalid>(await verifier.VerifyAsync(login["accessToken"]![..^4] + "AAAA", default));
    }

    [Fact]
    public async Task An_empty_key_ring_without_the_database_is_503_and_not_401()
    {
        await using var other = await new TestHost(_database).StartAsync();
        var login = await new AuthApi(other).NewSessionAsync();
        _relay.Cut();

        Assert.IsType<Contracts.TokenVerdict.KeysUnavailable>(await Verifier().VerifyAsync(login["accessToken"]!, default));
        (await _api.SessionAsync(login["accessToken"])).IsRefused(503, "SERVICE_UNAVAILABLE");
        Assert.Equal(503, (await _api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/auth/jwks"))).Status);
        var sync = await _api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00.000Z"), login["accessToken"]);
        Assert.Equal(503, sync.Status);
        Assert.Equal("null", (await _api.SessionAsync(null)).IsOk().Text);
    }

    Contracts.IAccessTokenVerifier Verifier() =>
        (Contracts.IAccessTokenVerifier)_host.Services.GetService(typeof(Contracts.IAccessTokenVerifier))!;
}
