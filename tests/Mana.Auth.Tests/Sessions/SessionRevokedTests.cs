using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Sessions;
using Mana.Auth.Tests.Cookies;
using Mana.Auth.Tests.Tokens;
using Mana.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Tests.Sessions;

public sealed class SessionRevokedTests : IAsyncLifetime
{
    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    string _database = "";
    TestHost _host = null!;
    AuthApi _api = null!;
    EventLog _events = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _events = new EventLog(_database);
        await _events.StartAsync();
        _host = await new TestHost(_database).With(_clock).StartAsync();
        _api = new AuthApi(_host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Signing_out_tells_once_and_a_second_time_nobody()
    {
        var login = await _api.NewSessionAsync();
        await LogoutAsync(login, login["accessToken"]);
        await AssertRevokedOnceAsync(login);

        await LogoutAsync(login, login["accessToken"]);
        (await _api.RefreshAsync(login["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        await AssertRevokedOnceAsync(login);
    }

    [Fact]
    public async Task Signing_out_twice_at_once_tells_once()
    {
        var login = await _api.NewSessionAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LogoutAsync(login)));
        await AssertRevokedOnceAsync(login);
    }

    [Fact]
    public async Task A_token_and_a_Bearer_of_two_sessions_end_both()
    {
        var email = AuthApi.NewEmail();
        var (here, there) = (await _api.NewSessionAsync(email), (await _api.LoginAsync(email)).IsOk());
        await LogoutAsync(here, there["accessToken"]);
        await AssertRevokedOnceAsync(here);
        await AssertRevokedOnceAsync(there);
    }

    [Fact]
    public async Task Reuse_of_a_refresh_token_tells_once_and_prolongs_nothing()
    {
        var login = await _api.NewSessionAsync();
        (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        Assert.Empty(await _events.OfAsync(SessionOf(login)));
        var expiry = await ExpiryAsync();

        _clock.Advance(TimeSpan.FromHours(1));
        for (var time = 0; time < 2; time++)
            (await _api.RefreshAsync(login["refreshToken"])).IsRefused(401, "TOKEN_EXPIRED");
        await AssertRevokedOnceAsync(login);
        Assert.Equal(expiry, await ExpiryAsync());
    }

    [Fact]
    public async Task Every_way_to_end_sessions_tells_of_each_once()
    {
        var email = AuthApi.NewEmail();
        var browser = new Browser(_host);
        var others = new List<Answer> { await _api.NewSessionAsync(email), (await _api.LoginAsync(email)).IsOk(), (await _api.LoginAsync(email)).IsOk() };
        var mine = (await browser.LoginAsync(email)).IsOk();
        Assert.Equal(204, (await _api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/sessions/" + SessionOf(others[0])), mine["accessToken"])).Status);
        (await browser.PostAsync("/api/auth/revoke-session", new { token = SessionOf(others[1]) })).IsOk();
        (await browser.PostAsync("/api/auth/revoke-other-sessions")).IsOk();
        (await browser.PostAsync("/api/auth/revoke-other-sessions")).IsOk();
        foreach (var login in others)
            await AssertRevokedOnceAsync(login);
        Assert.Empty(await _events.OfAsync(SessionOf(mine)));
        (await browser.PostAsync("/api/auth/revoke-sessions")).IsOk();
        await AssertRevokedOnceAsync(mine);
    }

    [Fact]
    public async Task A_revocation_that_is_rolled_back_tells_nobody()
    {
        var login = await _api.NewSessionAsync();
        await using (var scope = _host.Services.CreateAsyncScope())
        {
            await using var transaction = await scope.ServiceProvider.GetRequiredService<AuthDbContext>().Database.BeginTransactionAsync();
            await scope.ServiceProvider.GetRequiredService<SessionRevocation>().RevokeAsync(SessionOf(login), SessionRevocation.Logout, default);
            await transaction.RollbackAsync();
        }

        Assert.Empty(await _events.OfAsync(SessionOf(login)));
        (await _api.RefreshAsync(login["refreshToken"])).IsOk();
    }

    async Task LogoutAsync(Answer login, string? bearer = null) => (await _api.PostAsync("logout", new { refreshToken = login["refreshToken"] }, bearer)).IsOk();

    async Task AssertRevokedOnceAsync(Answer login) =>
        Assert.Equal([new SessionRevoked(SessionOf(login), login["user", "id"]!)], await _events.OfAsync(SessionOf(login)));

    async Task<object?> ExpiryAsync()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT expires_at FROM auth.sessions", connection);
        return await command.ExecuteScalarAsync();
    }

    static string SessionOf(Answer login) => TokenText.Claims(login["accessToken"]!).GetProperty("sid").GetString()!;
}
