using System.Text.Json.Nodes;
using Mana.Sync.Devices;
using Mana.Sync.Tests.Live;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Devices;

/// <summary><c>GET /sync/debug</c>: why has it not arrived? Device by device, and only one's own.</summary>
public sealed class DebugScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_device_is_listed_with_its_cursor_its_lag_its_clock_and_its_last_error(bool written)
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        await a.As("laptop").PullAsync();
        await a.StoreAsync(Change.Insert("t2") + "," + Change.Update("t2", "title", "\"x\"", 3600 * 24 * 365 * 5L));
        (await a.As("phone").PullAsync(cursor: "v1.nonsense")).Refused(400, "invalid_cursor");
        if (written)
            await fixture.Host.Services.GetRequiredService<DeviceLog>().WriteAsync(default);

        var view = await ReadAsync(a);
        var devices = view["devices"]!.AsArray().ToDictionary(device => (string)device!["clientId"]!, device => device!, StringComparer.Ordinal);
        Assert.Equal(["a", "laptop", "phone"], devices.Keys.Order(StringComparer.Ordinal));
        Assert.True((double)devices["laptop"]["lagSeconds"]! > 0);
        Assert.Equal(0, (double)devices["a"]["lagSeconds"]!);
        Assert.True((long)devices["a"]["clockAheadMs"]! > 3_000_000);
        Assert.Equal("invalid_cursor", (string?)devices["phone"]["lastError"]);
        Assert.Null((string?)devices["phone"]["syncedUntil"]);
        Assert.Equal("user:" + a.UserId, (string?)Assert.Single(view["scopes"]!.AsArray())!["scope"]);
    }

    [Fact]
    public async Task A_device_that_only_streams_is_listed_and_up_to_date_and_one_that_names_itself_in_the_body_has_its_errors()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        await using var stream = await LiveStream.OpenAsync(a.As("tablet"));
        await stream.ChangesAsync();
        await a.StoreAsync(Change.Insert("t2"));
        await stream.ChangesAsync();
        (await a.As("").PostAsync("""{"clientId":"phone","since":"","changes":[],"cursor":"v1.nonsense"}""")).Refused(400, "invalid_cursor");

        var devices = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        // It is noted when it has been sent.
        await Soon.TrueAsync("The tablet is listed where the pushing device is", async () =>
        {
            devices = (await ReadAsync(a))["devices"]!.AsArray().ToDictionary(device => (string)device!["clientId"]!, device => device!, StringComparer.Ordinal);
            return devices.TryGetValue("tablet", out var tablet) && (string?)tablet["syncedUntil"] == (string?)devices["a"]["syncedUntil"];
        });
        Assert.Equal(0, (double)devices["tablet"]["lagSeconds"]!);
        Assert.Equal("invalid_cursor", (string?)devices["phone"]["lastError"]);
    }

    [Fact]
    public async Task Whoever_makes_up_names_of_devices_keeps_a_thousand_of_them()
    {
        var a = await fixture.PersonAsync();
        await a.StoreAsync(Change.Insert("t1"));
        var (notes, log) = (fixture.Host.Services.GetRequiredService<DeviceNotes>(), fixture.Host.Services.GetRequiredService<DeviceLog>());
        for (var i = 0; i < 1010; i++)
            notes.Read(a.UserId, "made-up-" + i, "todo", 2);
        await log.WriteAsync(default);
        await using var connection = await fixture.OpenAsync();
        await using var count = new Npgsql.NpgsqlCommand("SELECT count(*) FROM sync.devices WHERE owner = $1", connection) { Parameters = { new() { Value = SyncFixture.Scope(a) } } };
        Assert.Equal(1000L, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nobody_sees_the_devices_of_another()
    {
        var (a, b) = (await fixture.PersonAsync("device-of-a"), await fixture.PersonAsync());
        await a.StoreAsync(Change.Insert("t1"));
        await fixture.Host.Services.GetRequiredService<DeviceLog>().WriteAsync(default);
        Assert.DoesNotContain("device-of-a", (await ReadAsync(b)).ToJsonString(), StringComparison.Ordinal);
        using var anonymous = await fixture.Host.CreateClient().GetAsync("/sync/debug");
        Assert.Equal(401, (int)anonymous.StatusCode);
    }

    static async Task<JsonNode> ReadAsync(SyncClient person)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sync/debug");
        return (await person.SendAsync(request)).Ok().Body;
    }
}
