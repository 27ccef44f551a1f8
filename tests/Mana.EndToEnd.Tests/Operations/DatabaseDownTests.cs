using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Mana.EndToEnd.Tests.Operations;

public sealed class DatabaseDownTests(PrivatePostgres postgres) : IClassFixture<PrivatePostgres>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Scenario_24_8_119_while_the_database_is_down_the_host_says_so_quickly_and_it_recovers_by_itself()
    {
        await using var host = await HostProcess.StartAsync(await postgres.CreateDatabaseAsync());
        var person = await host.CreateAccountAsync();
        using (var before = await PushAsync(person.Http, "before"))
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        await postgres.CrashAsync();
        // The first one may still hold a connection of the pool that has died; later ones find nobody to connect to.
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var start = Stopwatch.GetTimestamp();
            using var refused = await PushAsync(person.Http, "meanwhile");
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "A push waited for a database that is down.");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
            Assert.Equal("nosniff", Assert.Single(refused.Headers.GetValues("X-Content-Type-Options")));
            var id = Assert.Single(refused.Headers.GetValues("X-Request-Id"));
            await Eventually.TrueAsync("The log names the request", () => host.Output.Contains($"RequestId:{id}", StringComparison.Ordinal));
            Assert.Equal("unavailable", (string?)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["error"]);
        }

        using (var login = await person.Http.PostAsJsonAsync("/api/v1/auth/login", new { email = person.Email, password = Devices.Account.Password }))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, login.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(person.Http, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(person.Http, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(person.Http, "/api/auth/jwks"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(person.Http, "/metrics"));
        var health = await person.Http.GetFromJsonAsync<JsonNode>("/health");
        Assert.Equal(("ok", "down"), ((string?)health!["status"], (string?)health["database"]));

        await postgres.StartAsync();
        await Eventually.TrueAsync("The host is ready again", async () => await StatusAsync(person.Http, "/health/ready") == HttpStatusCode.OK);
        using var after = await PushAsync(person.Http, "after");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal(0, await host.TerminateAsync());
    }

    static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    static Task<HttpResponseMessage> PushAsync(HttpClient http, string id) => http.PostAsync(new Uri("/sync/todo", UriKind.Relative), new StringContent(
        $$$"""{"clientId":"d","since":"","changes":[{"table":"tasks","id":"{{{id}}}","op":"insert","data":{"title":"x"}}]}""", Encoding.UTF8, "application/json"));
}
