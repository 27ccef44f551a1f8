using Mana.Sync.Live;
using Mana.Sync.Live.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Live;

/// <summary>sync.md 24.7, 108, and 10: what happens on one host reaches the devices of another, also when a notification was lost.</summary>
public sealed class ManyHostsScenarios(Neighbours hosts) : IClassFixture<Neighbours>
{
    [Fact]
    public async Task Scenario_24_7_108_a_push_through_one_host_is_told_to_the_devices_of_another()
    {
        var a = await hosts.Inner.PersonAsync("a");
        await using var socket = await LiveSocket.OfAsync(hosts.There, a, clientId: "b");
        await using var same = await LiveSocket.OfAsync(hosts.There, a, clientId: "a");
        await using var stream = await LiveStream.OpenAsync(await hosts.ThereAsync(a, "c"));

        var stored = await a.StoreAsync(Change.Insert("t1"));

        var hint = await socket.MessageAsync();
        Assert.Equal(("todo", "tasks", stored.SyncedUntil), ((string?)hint["appId"], (string?)hint["tables"]![0], (string?)hint["syncedUntil"]));
        Assert.Equal(["t1"], (await stream.ChangesAsync()).Ids);
        await same.NothingAsync();
    }

    [Fact]
    public async Task A_space_that_was_joined_or_left_counts_at_once_on_every_host()
    {
        var (a, b) = (await hosts.Inner.MemberAsync(), await hosts.Inner.MemberAsync());
        var space = await hosts.Inner.SpaceAsync(a);
        await a.StoreAsync(In(space, "t1"));
        await using var socket = await LiveSocket.OfAsync(hosts.There, b, "/ws/todo", "b");
        await using var stream = await LiveStream.OpenAsync(await hosts.ThereAsync(b, "c"));
        await using var here = await LiveStream.OpenAsync(b.As("d"));

        await hosts.Inner.JoinAsync(space, b);
        Assert.Equal(["tasks"], await socket.HintAsync());
        Assert.Equal(["t1"], (await stream.ChangesAsync()).Ids);
        Assert.Equal(["t1"], (await here.ChangesAsync()).Ids);

        await hosts.Inner.LeaveAsync(space, b);
        Assert.Equal("space-removed", (string?)(await socket.AfterHintsAsync())["type"]);
        Assert.Equal("space-removed", (await stream.NextAsync()).Name);
        Assert.Equal("space-removed", (await here.NextAsync()).Name);
    }

    [Fact]
    public async Task A_session_that_is_revoked_ends_on_every_host()
    {
        var account = await hosts.Here.CreateAccountAsync();
        await using var here = await LiveSocket.OpenAsync(hosts.Here, "/ws/todo");
        await using var there = await LiveSocket.OpenAsync(hosts.There, "/ws/todo");
        await here.SignInAsync(account.AccessToken);
        await there.SignInAsync(account.AccessToken);

        using var answer = await account.Http.PostAsync(new Uri("/api/v1/auth/logout", UriKind.Relative), new StringContent("{}", null as System.Text.Encoding, "application/json"));

        Assert.Equal((1008, "session revoked"), await here.ClosedAsync());
        Assert.Equal((1008, "session revoked"), await there.ClosedAsync());
    }

    [Fact]
    public async Task A_change_of_entitlement_reaches_every_host()
    {
        var a = await hosts.Inner.PersonAsync();
        await using var ear = await Eavesdropper.OpenAsync(hosts.Inner.Database);
        await hosts.Here.Services.GetRequiredService<ILiveSignals>().EntitlementChangedAsync(a.UserId, default);
        var stream = new StreamConnection(new Sync.Cursors.Selection(["todo"], []), default, TimeSpan.FromHours(1), hosts.There.Services.GetRequiredService<LiveMetrics>());
        var streams = hosts.There.Services.GetRequiredService<Connections>().Streams;
        streams.Add(stream);
        Assert.True(streams.TryIdentify(stream, new LiveIdentity(a.UserId, null, "", DateTimeOffset.MaxValue, new Sync.Spaces.Tenant(a.UserId)), 1));

        await hosts.Here.Services.GetRequiredService<ILiveSignals>().EntitlementChangedAsync(a.UserId, default);

        Assert.True((await stream.NextAsync(default).WaitAsync(TimeSpan.FromSeconds(10))).HasFlag(StreamWork.AskGate));
        streams.Remove(stream);
    }

    [Fact]
    public async Task What_was_notified_while_a_host_was_deaf_is_made_up_for_without_another_push()
    {
        var (a, b) = (await hosts.Inner.MemberAsync(), await hosts.Inner.MemberAsync());
        var space = await hosts.Inner.SpaceAsync(a, b);
        await using var own = await LiveSocket.OfAsync(hosts.There, a, clientId: "a2");
        await using var member = await LiveSocket.OfAsync(hosts.There, b, "/ws/todo", "b");
        await using var stranger = await LiveSocket.OfAsync(hosts.There, await hosts.Inner.PersonAsync());
        await using var stream = await LiveStream.OpenAsync(await hosts.ThereAsync(b, "b2"));
        await using var ear = await Eavesdropper.OpenAsync(hosts.Inner.Database);

        Answer stored;
        await using (await hosts.DeafenAsync())
        {
            await a.StoreAsync(In(space, "t1"));
            stored = await a.As("a", "calendar").StoreAsync(Change.Insert("e1", table: "events"));
            // The notification has been sent, and nobody but the test has heard it.
            await ear.UntilAsync("\"calendar\"");
        }

        Assert.Equal(["tasks"], await member.HintAsync());
        Assert.Equal(["t1"], (await stream.ChangesAsync()).Ids);
        var hints = await own.HintsUntilAsync("calendar/events", "todo/tasks");
        Assert.Equal(stored.SyncedUntil, (string?)hints.Single(hint => (string?)hint["appId"] == "calendar")["syncedUntil"]);
        await hosts.ListensAsync(true);
        await stranger.NothingAsync();
        Assert.Matches("mana_sync_backplane_reconnects_total [1-9]", await hosts.There.CreateClient().GetStringAsync("/metrics"));
    }

    [Fact]
    public async Task A_membership_that_ended_while_a_host_was_deaf_ends_there_too()
    {
        var (a, b) = (await hosts.Inner.MemberAsync(), await hosts.Inner.MemberAsync());
        var space = await hosts.Inner.SpaceAsync(a, b);
        await using var socket = await LiveSocket.OfAsync(hosts.There, b, "/ws/todo", "b");
        await using (await hosts.DeafenAsync())
            await hosts.ScalarAsync<object>($"DELETE FROM auth.members WHERE organization_id = '{space}' AND user_id = '{b.UserId}'");
        Assert.Equal(space, (string?)(await socket.AfterHintsAsync())["spaceId"]);
    }

    [Fact]
    public async Task A_session_that_was_revoked_while_a_host_was_deaf_ends_there_too()
    {
        var (ended, other) = (await hosts.Here.CreateAccountAsync(), await hosts.Here.CreateAccountAsync());
        await using var socket = await LiveSocket.OpenAsync(hosts.There, "/ws/todo");
        await socket.SignInAsync(ended.AccessToken);
        await using var unconcerned = await LiveSocket.OpenAsync(hosts.There, "/ws/todo");
        await unconcerned.SignInAsync(other.AccessToken);
        // Nobody is told, as nobody is who does not listen.
        await using (await hosts.DeafenAsync())
            await hosts.ScalarAsync<object>($"UPDATE auth.sessions SET revoked_at = now() WHERE user_id = '{ended.UserId}'");

        Assert.Equal((1008, "session revoked"), await socket.ClosedAsync());
        await unconcerned.NothingAsync();
    }

    static string In(string space, string id) =>
        Change.InsertData(id, $$"""{"id":"{{id}}","title":"x","createdAt":"{{Change.At(0)}}"}""", more: $"\"spaceId\":\"{space}\"");
}
