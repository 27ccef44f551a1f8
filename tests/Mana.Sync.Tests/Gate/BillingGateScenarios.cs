using System.Net.Http.Headers;
using Mana.Testing;

namespace Mana.Sync.Tests.Gate;

/// <summary>sync.md 24.1, scenarios 12, 13, 15 and 17, with the gate closed; 14 and 16 need the ledger.</summary>
public sealed class BillingGateScenarios(BillingGateScenarios.ClosedGate gate) : IClassFixture<BillingGateScenarios.ClosedGate>
{
    const string OneInsert = """{"table":"tasks","id":"t1","op":"insert","data":{"id":"t1"}}""";

    [Fact]
    public async Task Scenario_24_1_12_an_inactive_subscription_may_not_push()
    {
        var person = await gate.PersonAsync("todo");
        var answer = await person.PushAsync(OneInsert);
        answer.Refused(402, "sync_inactive");
        Assert.Equal("Cloud Sync ist nicht aktiv. Aktiviere Sync in den Einstellungen.", (string?)answer.Body["message"]);
        Assert.Equal(0, await gate.Inner.RowsAsync(person));
    }

    [Fact]
    public async Task Scenario_24_1_12_an_inactive_subscription_may_not_pull() =>
        (await (await gate.PersonAsync("todo")).PullAsync()).Refused(402, "sync_inactive");

    [Theory]
    [InlineData("/health")]
    [InlineData("/metrics")]
    public async Task Scenario_24_1_13_health_and_metrics_are_not_gated(string path)
    {
        using var response = await gate.Host.CreateClient().GetAsync(path);
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("notes", 200)]
    [InlineData("calendar", 200)]
    [InlineData("todo", 402)]
    [InlineData("Notes", 402)]
    [InlineData("note", 402)]
    public async Task Scenario_24_1_15_an_exempt_app_needs_no_subscription(string app, int status)
    {
        var person = await gate.PersonAsync(app);
        Assert.Equal(status, (int)(await person.PushAsync(OneInsert)).Status);
        Assert.Equal(status, (int)(await person.PullAsync()).Status);
        Assert.Equal(status == 200 ? 1 : 0, await gate.Inner.RowsAsync(person));
    }

    [Fact]
    public async Task Scenario_24_1_17_an_invalid_token_is_401_also_without_subscription()
    {
        using var http = gate.Host.CreateClient();
        var forge = new TokenForge(gate.Host);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", forge.SignWithSecond(forge.Claims("u")));
        using var response = await http.PostAsync("/sync/todo", new StringContent("""{"changes":[]}"""));
        Assert.Equal(401, (int)response.StatusCode);
    }

    public sealed class ClosedGate : IAsyncLifetime
    {
        internal SyncFixture Inner { get; } = new();

        internal TestHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Inner.InitializeAsync();
            Host = await new TestHost(Inner.Database).With("Sync:BillingGate", "closed").With("Sync:BillingExemptApps", " notes, calendar ,,").StartAsync();
        }

        internal async Task<SyncClient> PersonAsync(string app) => (await Inner.PersonAsync(Host)).As("a", app);

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await Inner.DisposeAsync();
        }
    }
}
