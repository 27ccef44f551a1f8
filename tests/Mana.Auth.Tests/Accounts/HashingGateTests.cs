using Mana.Auth.Accounts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Accounts;

public sealed class HashingGateTests
{
    [Fact]
    public async Task Beyond_the_queue_a_sign_in_is_refused_at_once_and_later_served()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using var host = await new TestHost(database).With("Auth:HashingConcurrency", "1").With("Auth:HashingQueue", "1").StartAsync();
        var api = new AuthApi(host);
        var email = AuthApi.NewEmail();
        await api.RegisterAsync(email);

        var gate = host.Services.GetRequiredService<HashingGate>();
        var running = await gate.EnterAsync(default);
        var queued = gate.EnterAsync(default).AsTask();
        Assert.Equal("2", (await api.LoginAsync(email)).IsRefused(429, "RATE_LIMITED").Headers.RetryAfter?.ToString());
        (await api.RegisterAsync(AuthApi.NewEmail())).IsRefused(429, "RATE_LIMITED");

        // A locked account is told so without a hash (auth.md 5.3), so it needs no place in the queue.
        var locked = AuthApi.NewEmail();
        await using (var rival = await Rival.BeginAsync(database, "UPDATE auth.users SET email_normalized = $1, lockout_end = now() + interval '1 hour'", locked))
            await rival.CommitAsync();
        (await api.LoginAsync(locked)).IsRefused(429, "ACCOUNT_LOCKED");
        await using (var rival = await Rival.BeginAsync(database, "UPDATE auth.users SET email_normalized = $1, lockout_end = NULL", email))
            await rival.CommitAsync();

        running.Dispose();
        (await queued).Dispose();
        (await api.LoginAsync(email)).IsOk();
        await host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(database);
    }
}
