using Mana.Auth.Keys;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Keys;

/// <summary>
/// Reading keys takes a connection. A request that held a transaction meanwhile would own one and wait for a second: as many such
/// requests as the pool has connections, and all of them fail.
/// </summary>
public sealed class ConnectionOrderTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task Keys_are_read_before_the_transaction_begins()
    {
        var email = AuthApi.NewEmail();
        string? refreshToken;
        await using (var first = await StartAsync())
        {
            var api = new AuthApi(first);
            await api.RegisterAsync(email);
            refreshToken = (await api.LoginAsync(email)).IsOk()["refreshToken"];
            Assert.Equal([0L], Watch.Of(first).OpenTransactions);
        }

        await using var second = await StartAsync();
        (await new AuthApi(second).RefreshAsync(refreshToken)).IsOk();
        Assert.Equal([0L], Watch.Of(second).OpenTransactions);
    }

    Task<TestHost> StartAsync() => new TestHost(fixture.Database)
        .With(services => services.AddSingleton<ISigningKeySource>(provider => new Watch(ActivatorUtilities.CreateInstance<SigningKeyStore>(provider), fixture)))
        .StartAsync();

    sealed class Watch(SigningKeyStore store, HostFixture fixture) : ISigningKeySource
    {
        public List<long> OpenTransactions { get; } = [];

        public static Watch Of(TestHost host) => (Watch)host.Services.GetRequiredService<ISigningKeySource>();

        public async Task<IReadOnlyList<LoadedKey>> LoadAsync(CancellationToken cancellationToken)
        {
            OpenTransactions.Add(await fixture.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE '%auth.users%'"));
            return await store.LoadAsync(cancellationToken);
        }
    }
}
