using System.Net;
using System.Text;
using Mana.Testing;
using Npgsql;

namespace Mana.EndToEnd.Tests.Operations;

public sealed class ShutdownTests
{
    /// <summary>The push waits for its scope, which the test has locked; so it is certainly running when the signal arrives.</summary>
    [Fact]
    public async Task Scenario_24_8_122_a_push_that_is_running_when_the_host_is_told_to_stop_is_answered()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        await using (var host = await HostProcess.StartAsync(database))
        {
            var person = await host.CreateAccountAsync();
            using (var first = await PushAsync(person.Http, "first"))
                Assert.Equal(HttpStatusCode.OK, first.StatusCode);

            await using var connection = new NpgsqlConnection(database + ";Pooling=false");
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var hold = new NpgsqlCommand("SELECT id FROM sync.scopes FOR UPDATE", connection, transaction))
                await hold.ExecuteNonQueryAsync();
            var slow = PushAsync(person.Http, "slow");
            await Eventually.TrueAsync("The push waits for the lock", async () => await Stored.ScalarAsync<long>(
                database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0);

            await host.SignalTerminationAsync();
            await Eventually.TrueAsync("The host is stopping", () => host.Output.Contains("Application is shutting down", StringComparison.Ordinal));
            await Eventually.TrueAsync("Nobody new is let in", async () => !await AcceptsAsync(host.Address));
            Assert.False(slow.IsCompleted);
            await transaction.RollbackAsync();

            using var answer = await slow;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(0, await host.ExitAsync());
            Assert.Equal(2, await Stored.ChangesOfAsync(database, person.UserId));
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    static Task<HttpResponseMessage> PushAsync(HttpClient http, string id) => http.PostAsync(new Uri("/sync/todo", UriKind.Relative), new StringContent(
        $$$"""{"clientId":"slow","since":"","changes":[{"table":"tasks","id":"{{{id}}}","op":"insert","data":{"title":"x"}}]}""", Encoding.UTF8, "application/json"));

    static async Task<bool> AcceptsAsync(Uri address)
    {
        try
        {
            using var connection = await RawConnection.OpenAsync(address);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
