using Mana.Auth.Sessions;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Sessions;

public sealed class ExpiredSessionsTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task It_removes_what_has_expired_in_batches_and_nothing_else()
    {
        var api = new AuthApi(fixture.Host);
        var alive = await api.NewSessionAsync();
        await api.RefreshAsync(alive["refreshToken"]);
        await fixture.ScalarAsync<object>("""
            INSERT INTO auth.sessions (id, user_id, created_at, updated_at, expires_at, last_activity_at, auth_time, amr, remember_me)
            SELECT 'old-' || n, (SELECT id FROM auth.users LIMIT 1), now(), now(), now() - interval '1 second', now(), now(), '{pwd}', false FROM generate_series(1, 2500) n
            """);
        await fixture.ScalarAsync<object>("""
            INSERT INTO auth.refresh_tokens (id, session_id, family_id, token_hash, issued_at, expires_at)
            SELECT id, id, id, id::bytea, now(), expires_at FROM auth.sessions WHERE id LIKE 'old-%'
            """);
        var purge = fixture.Host.Services.GetRequiredService<ExpiredSessions>();

        Assert.Equal(5000, await purge.PurgeAsync(default));
        Assert.Equal(0, await purge.PurgeAsync(default));
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.sessions"));
        Assert.Equal(2L, await fixture.ScalarAsync<long>("SELECT count(*) FROM auth.refresh_tokens"));
    }
}
