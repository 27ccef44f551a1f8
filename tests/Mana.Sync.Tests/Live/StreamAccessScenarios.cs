using Mana.Sync.Live;
using Mana.Sync.Live.Streams;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Sync.Tests.Live;

/// <summary>Scenarios 12 and 93 for streams, and what is not opened, and what ends the right to one: memberships, subscriptions, sessions.</summary>
public sealed class StreamAccessScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Theory]
    [InlineData("/sync/todo/stream", 402)]
    [InlineData("/sync/stream?apps=todo", 402)]
    [InlineData("/sync/stream?apps=notes,todo", 402)]
    [InlineData("/sync/stream?apps=notes", 200)]
    [InlineData("/sync/notes/stream", 200)]
    public async Task Scenario_24_1_12_an_inactive_subscription_may_not_stream(string path, int status)
    {
        await using var host = await new TestHost(fixture.Database).With("Sync:BillingGate", "closed").With("Sync:BillingExemptApps", "notes").StartAsync();
        using var response = await LiveStream.RequestAsync(await fixture.PersonAsync(host), path);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("/sync/todo/stream?cursor=v1.abc", null, 400)]
    [InlineData("/sync/todo/stream", "17", 400)]
    [InlineData("/sync/stream", null, 400)]
    [InlineData("/sync/stream?apps=,", null, 400)]
    public async Task What_cannot_be_served_is_refused_before_anything_is_sent(string path, string? lastEventId, int status)
    {
        using var response = await LiveStream.RequestAsync(await fixture.PersonAsync(), path, lastEventId);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Streams_are_counted_and_capped_per_user()
    {
        await using var host = await new TestHost(fixture.Database).With("Sync:Live:StreamsPerUser", "2").StartAsync();
        var (a, b) = (await fixture.PersonAsync(host), await fixture.PersonAsync(host));
        await using var first = await LiveStream.OpenAsync(a);
        await using (await LiveStream.OpenAsync(a))
        {
            using var third = await LiveStream.RequestAsync(a, "/sync/todo/stream");
            Assert.Equal(429, (int)third.StatusCode);
            Assert.NotNull(third.Headers.RetryAfter);
            await using var other = await LiveStream.OpenAsync(b);
        }

        Assert.Contains("\"sse\":1,", await HealthAsync(host, "\"sse\":1,"), StringComparison.Ordinal);
        await using var again = await LiveStream.OpenAsync(a);
    }

    [Fact]
    public async Task A_stream_without_a_token_is_refused()
    {
        using var http = fixture.Host.CreateClient();
        using var response = await http.GetAsync("/sync/todo/stream");
        Assert.Equal(401, (int)response.StatusCode);
    }

    [Fact]
    public async Task Scenario_24_6_93_a_stream_stops_delivering_when_a_membership_ends()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await using var stream = await LiveStream.OpenAsync(b.As("b2"));
        await a.StoreAsync(In(space, "t1"));
        Assert.Equal(["t1"], (await stream.ChangesAsync()).Ids);

        await fixture.LeaveAsync(space, b);

        Assert.Equal($"event: space-removed\ndata: {{\"spaceId\":\"{space}\"}}", (await stream.NextAsync()).Raw);
        await a.StoreAsync(In(space, "t2"));
        await b.StoreAsync(Change.Insert("own"));
        Assert.Equal(["own"], (await stream.ChangesAsync()).Ids);
    }

    [Fact]
    public async Task Who_joins_a_space_receives_its_history_on_the_open_stream()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a);
        await a.StoreAsync(Change.Many(3, n => In(space, $"old-{n}")));
        await b.StoreAsync(Change.Insert("own"));
        await using var stream = await LiveStream.OpenAsync(b.As("b2"));
        Assert.Equal(["own"], (await stream.ChangesAsync()).Ids);

        await fixture.JoinAsync(space, b);

        Assert.Equal(["old-0", "old-1", "old-2"], (await stream.ChangesAsync()).Ids);
        await a.StoreAsync(In(space, "new"));
        var told = await stream.ChangesAsync();
        Assert.Equal(["new"], told.Ids);
        await using var resumed = await LiveStream.OpenAsync(b.As("b2"), lastEventId: told.Id);
        await a.StoreAsync(In(space, "newer"));
        Assert.Equal(["newer"], (await resumed.ChangesAsync()).Ids);
    }

    [Fact]
    public async Task A_private_record_of_a_space_is_streamed_to_its_author_only()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        await using var author = await LiveStream.OpenAsync(a.As("a2"));
        await using var member = await LiveStream.OpenAsync(b.As("b2"));
        await a.StoreAsync(Change.InsertData("secret", """{"id":"secret","visibility":"private"}""", more: $"\"spaceId\":\"{space}\""));
        await a.StoreAsync(In(space, "open"));
        Assert.Equal(["secret"], (await author.ChangesAsync()).Ids[..1]);
        Assert.Equal(["open"], (await member.ChangesAsync()).Ids);
    }

    [Fact]
    public async Task A_stream_ends_when_the_subscription_does()
    {
        var gate = new Paying();
        await using var host = await new TestHost(fixture.Database).With(services => services.Replace(ServiceDescriptor.Singleton<IStreamGate>(gate))).StartAsync();
        var (a, b) = (await fixture.PersonAsync(host), await fixture.PersonAsync(host));
        await using var ended = await LiveStream.OpenAsync(a);
        await using var kept = await LiveStream.OpenAsync(b);
        var signals = host.Services.GetRequiredService<ILiveSignals>();

        // A change for the better ends nothing.
        await signals.EntitlementChangedAsync(a.UserId, default);
        await a.As("x").StoreAsync(Change.Insert("t1"));
        Assert.Equal(["t1"], (await ended.ChangesAsync()).Ids);

        gate.Stopped = a.UserId;
        await signals.EntitlementChangedAsync(a.UserId, default);
        await ended.ClosedAsync("billing");
        await b.As("x").StoreAsync(Change.Insert("t1"));
        Assert.Equal(["t1"], (await kept.ChangesAsync()).Ids);
    }

    [Fact]
    public async Task A_stream_ends_when_its_session_is_revoked()
    {
        var account = await fixture.Host.CreateAccountAsync();
        var person = new SyncClient(account.Http, account.UserId, "a");
        await using var stream = await LiveStream.OpenAsync(person);
        using var answer = await account.Http.PostAsync(new Uri("/api/v1/auth/logout", UriKind.Relative), new StringContent("{}", null as System.Text.Encoding, "application/json"));
        Assert.True(answer.IsSuccessStatusCode);
        await stream.ClosedAsync("session-revoked");
        using var again = await LiveStream.RequestAsync(person, "/sync/todo/stream");
        Assert.Equal(401, (int)again.StatusCode);
    }

    static async Task<string> HealthAsync(TestHost host, string until)
    {
        var health = "";
        for (var i = 0; i < 500 && !health.Contains(until, StringComparison.Ordinal); i++)
            health = await host.CreateClient().GetStringAsync("/health");
        return health;
    }

    static string In(string space, string id) =>
        Change.InsertData(id, $$"""{"id":"{{id}}","title":"x","createdAt":"{{Change.At(0)}}"}""", more: $"\"spaceId\":\"{space}\"");

    sealed class Paying : IStreamGate
    {
        public string? Stopped { get; set; }

        public ValueTask<bool> MayStreamAsync(string userId, IReadOnlyList<string> apps, CancellationToken cancellationToken) => ValueTask.FromResult(userId != Stopped);
    }
}
