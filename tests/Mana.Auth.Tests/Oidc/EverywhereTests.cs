using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Oidc;

/// <summary>Refresh tokens of clients live longer than the sessions that they were given in. Signing out everywhere ends them all the same.</summary>
public sealed class EverywhereTests(OidcWorld world) : IClassFixture<OidcWorld>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signing_out_everywhere_ends_tokens_of_sessions_that_ran_out(bool byAdministrator)
    {
        var (id, email, refresh, client) = await RanOutAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"]!;
        // One session is kept: so is what may be its owner's.
        (await world.Api.CallAsync("POST", "/api/auth/revoke-other-sessions", bearer: token)).IsOk();
        refresh = (await client.RefreshAsync(refresh)).IsOk()["refresh_token"];
        if (byAdministrator)
        {
            var (_, admin, adminId) = await world.PersonAsync();
            await world.ScalarAsync("UPDATE auth.users SET role = 'admin' WHERE id = $1", adminId);
            (await world.Api.CallAsync("POST", $"/api/v1/admin/users/{id}/revoke-sessions", bearer: (await world.Api.LoginAsync(admin)).IsOk()["accessToken"])).IsOk();
        }
        else
        {
            (await world.Api.CallAsync("POST", "/api/auth/revoke-sessions", bearer: token)).IsOk();
        }

        (await client.RefreshAsync(refresh)).IsError(400, "invalid_grant");
    }

    /// <summary>What "that was not me", a new password and taking a new address back do.</summary>
    [Fact]
    public async Task Credentials_that_end_every_session_end_every_grant_in_the_same_transaction()
    {
        var (id, _, refresh, client) = await RanOutAsync();
        await EndAsync(id, kept: "one", commit: true);
        await EndAsync(id, kept: null, commit: false);
        refresh = (await client.RefreshAsync(refresh)).IsOk()["refresh_token"];
        await EndAsync(id, kept: null, commit: true);
        (await client.RefreshAsync(refresh)).IsError(400, "invalid_grant");
    }

    async Task EndAsync(string userId, string? kept, bool commit)
    {
        await using var scope = world.Host.Services.CreateAsyncScope();
        await using var transaction = await scope.ServiceProvider.GetRequiredService<AuthDbContext>().Database.BeginTransactionAsync();
        await scope.ServiceProvider.GetRequiredService<Credentials>().EndSessionsAsync(userId, kept, "test", default);
        if (commit)
            await transaction.CommitAsync();
    }

    async Task<(string Id, string Email, string? Refresh, RelyingParty Client)> RanOutAsync()
    {
        var (browser, email, id) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var tokens = await client.TokensAsync(browser, ("scope", "openid offline_access"));
        // As the job that removes sessions leaves it.
        await world.ScalarAsync("DELETE FROM auth.sessions WHERE user_id = $1", id);
        return (id, email, tokens["refresh_token"], client);
    }
}
