using Mana.Auth.StepUp;
using Mana.Auth.Tests.Cookies;
using Mana.Auth.Tests.Sessions;
using Mana.Auth.Tests.Tokens;
using Mana.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.StepUp;

public sealed class StepUpTests : IAsyncLifetime
{
    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    string _database = "";
    TestHost _host = null!;
    AuthApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _host = await new TestHost(_database).With(_clock).StartAsync();
        _api = new AuthApi(_host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task The_password_moves_auth_time_of_the_session_and_of_the_new_token()
    {
        var login = await _api.NewSessionAsync();
        _clock.Advance(TimeSpan.FromMinutes(16));
        var token = (await _api.RefreshAsync(login["refreshToken"])).IsOk()["accessToken"]!;
        Assert.Equal("STEP_UP_REQUIRED", await RefusedAsync(token));

        var answer = (await _api.PostAsync("step-up", new { password = AuthApi.Password }, token)).IsOk();
        var claims = TokenText.Claims(answer["accessToken"]!);
        Assert.Equal(_clock.GetUtcNow().ToUnixTimeSeconds(), claims.GetProperty("auth_time").GetInt64());
        Assert.Equal(["pwd"], claims.GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        Assert.Equal(TokenText.Claims(token).GetProperty("sid").GetString(), claims.GetProperty("sid").GetString());
        Assert.Null(await RefusedAsync(answer["accessToken"]!));
        // The session is what counts, not which of its tokens is shown.
        Assert.Null(await RefusedAsync(token));
        Assert.Equal("step_up_completed", await Database.EventsAsync(_host, login["user", "id"]!));
    }

    [Fact]
    public async Task By_cookie_it_works_as_well()
    {
        var browser = new Browser(_host);
        await browser.NewSessionAsync();
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(await RefusedAsync((await browser.PostAsync("/api/v1/auth/step-up", new { password = AuthApi.Password })).IsOk()["accessToken"]!));
    }

    [Fact]
    public async Task A_wrong_password_proves_nothing_and_five_lock()
    {
        var login = await _api.NewSessionAsync();
        var token = login["accessToken"];
        (await _api.PostAsync("step-up", new { }, token)).IsRefused(400, "VALIDATION");
        for (var guess = 0; guess < 5; guess++)
            (await _api.PostAsync("step-up", new { password = "Falsches-Pferd-9" }, token)).IsRefused(401, "INVALID_CREDENTIALS");
        (await _api.PostAsync("step-up", new { password = AuthApi.Password }, token)).IsRefused(429, "ACCOUNT_LOCKED");
        Assert.Equal("step_up_failed,step_up_failed,step_up_failed,step_up_failed,account_locked,step_up_failed", await Database.EventsAsync(_host, login["user", "id"]!));
        (await _api.PostAsync("step-up", new { password = AuthApi.Password })).IsRefused(401, "UNAUTHORIZED");
    }

    /// <summary>The refusal of a route behind the guard (RFC 9470), or null.</summary>
    async Task<string?> RefusedAsync(string token)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var verdict = await _host.Services.GetRequiredService<Contracts.IAccessTokenVerifier>().VerifyAsync(token, default);
        var context = new DefaultHttpContext();
        context.Features.Set(Assert.IsType<Contracts.TokenVerdict.Valid>(verdict).User);
        var refused = await scope.ServiceProvider.GetRequiredService<SessionGuard>().RefuseAsync(context, stepUp: true, default);
        if (refused is not null)
            Assert.Equal("Bearer realm=\"mana\", error=\"insufficient_user_authentication\", max_age=900", context.Response.Headers.WWWAuthenticate.ToString());
        return refused?.Error;
    }
}
