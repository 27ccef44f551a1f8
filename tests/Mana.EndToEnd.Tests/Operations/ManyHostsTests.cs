using Mana.Testing;

namespace Mana.EndToEnd.Tests.Operations;

public sealed class ManyHostsTests
{
    const int Hosts = 4;

    [Fact]
    public async Task Several_hosts_that_start_at_once_on_an_empty_database_all_serve_and_migrate_it_once()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        var hosts = Enumerable.Range(0, Hosts).Select(_ => HostProcess.Launch(database)).ToList();
        try
        {
            await Task.WhenAll(hosts.Select(host => host.ReadyAsync()));

            foreach (var schema in (string[])["auth", "jobs", "sync"])
            {
                Assert.Equal(1, hosts.Count(host => host.Output.Contains($"Migrating schema {schema}:", StringComparison.Ordinal)));
                Assert.Equal(1, await Stored.ScalarAsync<long>(database, $"SELECT count(*) / count(DISTINCT \"MigrationId\") FROM {schema}.__migrations"));
            }

            // The first signature makes the first key of its algorithm: all at once, and still one.
            var people = await Task.WhenAll(hosts.Select(host => host.CreateAccountAsync()));
            Assert.Equal(1, await Stored.ScalarAsync<long>(database, "SELECT count(*) FROM auth.signing_keys WHERE alg = 'EdDSA'"));
            Assert.Equal(0, await Stored.ScalarAsync<long>(database, "SELECT count(*) - count(DISTINCT alg) FROM auth.signing_keys"));
            // A token of any host is good on every other one.
            foreach (var host in hosts)
            {
                using var connection = await RawConnection.OpenAsync(host.Address);
                foreach (var person in people)
                    Assert.Equal(200, (await connection.SendAsync(
                        "GET", "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z", (string?)null, ("Authorization", $"Bearer {person.AccessToken}"))).Status);
            }
        }
        finally
        {
            await Task.WhenAll(hosts.Select(host => host.DisposeAsync().AsTask()));
        }

        await TestCluster.DropDatabaseAsync(database);
    }
}
