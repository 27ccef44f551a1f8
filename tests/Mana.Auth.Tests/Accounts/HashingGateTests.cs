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

        running.Dispose();
        (await queued).Dispose();
        (await api.LoginAsync(email)).IsOk();
        await host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(database);
    }
}
