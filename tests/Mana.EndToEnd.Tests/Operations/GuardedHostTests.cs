using System.Net;
using System.Text;
using Mana.Devices;
using Mana.Testing;

namespace Mana.EndToEnd.Tests.Operations;

/// <summary>A host with service keys and rate limits, as Production has them.</summary>
public sealed class GuardedHost : IAsyncLifetime
{
    public const string Current = "current-service-key-0123456789";
    public const string Previous = "previous-service-key-0123456789";

    public HostProcess Process { get; private set; } = null!;

    public string Database { get; private set; } = "";

    /// <summary>Two people who signed in before anybody used up the budget for it.</summary>
    public Account Hasty { get; private set; } = null!;

    public Account Neighbour { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync(migrated: false);
        Process = await HostProcess.StartAsync(Database, ("MANA_SERVICE_KEY", Current), ("MANA_SERVICE_KEY_PREVIOUS", Previous), ("RATE_LIMITS", "true"));
        Hasty = await Process.CreateAccountAsync();
        Neighbour = await Process.CreateAccountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
    }
}

public sealed class GuardedHostTests(GuardedHost host) : IClassFixture<GuardedHost>
{
    [Theory]
    [InlineData(GuardedHost.Current, HttpStatusCode.OK)]
    [InlineData(GuardedHost.Previous, HttpStatusCode.OK)]
    [InlineData("current-service-key-012345678", HttpStatusCode.Unauthorized)]
    [InlineData("dev-service-key", HttpStatusCode.Unauthorized)]
    [InlineData("", HttpStatusCode.Unauthorized)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task The_internal_surface_takes_the_key_and_the_one_being_replaced(string? key, HttpStatusCode expected)
    {
        using var http = host.Process.CreateClient();
        if (key is not null)
            http.DefaultRequestHeaders.TryAddWithoutValidation("X-Service-Key", key);

        using var answer = await http.GetAsync("/api/v1/internal/outbox/parked");

        Assert.Equal(expected, answer.StatusCode);
        Assert.Contains(expected == HttpStatusCode.OK ? "\"parked\":[]" : "\"error\":\"unauthorized\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_users_token_does_not_open_the_internal_surface()
    {
        using var answer = await host.Neighbour.Http.GetAsync(new Uri("/api/v1/internal/outbox/parked", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Scenario_24_8_126_who_pushes_too_fast_is_told_to_wait_and_what_was_refused_is_not_stored()
    {
        const int Pushes = 300;
        var answers = await Task.WhenAll(Enumerable.Range(0, Pushes).Select(number => host.Hasty.Http.PostAsync(new Uri("/sync/todo", UriKind.Relative), new StringContent(
            $$$"""{"clientId":"fast","since":"","changes":[{"table":"tasks","id":"{{{number}}}","op":"insert","data":{"title":"x"}}]}""", Encoding.UTF8, "application/json"))));

        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero));
        Assert.Contains("\"error\":\"rate_limited\"", await refused[0].Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var accepted = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(Pushes, accepted + refused.Count);
        Assert.True(accepted >= 60, "The budget has a burst of 60.");
        Assert.Equal(accepted, await Stored.ChangesOfAsync(host.Database, host.Hasty.UserId));
        // Others are not the ones who were too fast.
        using var served = await host.Neighbour.Http.GetAsync(new Uri("/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task Who_guesses_passwords_too_fast_is_told_to_wait()
    {
        using var http = host.Process.CreateClient();
        var statuses = new List<HttpStatusCode>();
        for (var guess = 0; guess < 20; guess++)
        {
            using var answer = await http.PostAsync("/api/v1/auth/login", new StringContent("""{"email":"nobody@example.test","password":"guess"}""", Encoding.UTF8, "application/json"));
            statuses.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }
}
