using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Mana.Sync.Live;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Live;

/// <summary>sync.md 24.7, 98–107, and 9: what a WebSocket says, and when it ends.</summary>
public sealed class SocketScenarios(LiveFixture live) : IClassFixture<LiveFixture>
{
    [Fact]
    public async Task Scenario_24_7_98_an_authenticated_socket_stays_open_and_answers_pings()
    {
        await using var socket = await live.SocketAsync(await live.PersonAsync());
        for (var i = 0; i < 6; i++)
        {
            live.Clock.Advance(TimeSpan.FromSeconds(10));
            await socket.NothingAsync();
        }
    }

    [Fact]
    public async Task Scenario_24_7_99_a_silent_socket_is_closed_after_ten_seconds()
    {
        await using var silent = await LiveSocket.OpenAsync(live.Host);
        await silent.NothingAsync();
        live.Clock.Advance(TimeSpan.FromSeconds(9));
        await silent.NothingAsync();
        live.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1008, "auth timeout"), await silent.ClosedAsync());
    }

    [Fact]
    public async Task Scenario_24_7_100_an_invalid_token_is_told_and_ends_the_connection()
    {
        await using var socket = await LiveSocket.OpenAsync(live.Host);
        await socket.SendAsync(LiveSocket.AuthMessage("not.a.token"));
        var error = await socket.MessageAsync();
        Assert.Equal(("error", "invalid token"), ((string?)error["type"], (string?)error["tables"]![0]));
        Assert.NotEmpty((string?)error["message"] ?? "");
        Assert.Equal((1008, "invalid token"), await socket.ClosedAsync());
    }

    [Theory]
    [InlineData("""{"type":"auth"}""")]
    [InlineData("""{"type":"auth","token":""}""")]
    [InlineData("""{"type":"auth","token":7}""")]
    public async Task Scenario_24_7_100_a_missing_token_is_told_and_the_connection_stays(string message)
    {
        var person = await live.PersonAsync();
        await using var socket = await LiveSocket.OpenAsync(live.Host);
        await socket.SendAsync(message);
        Assert.Equal("missing token", (string?)(await socket.MessageAsync())["tables"]![0]);
        await socket.SignInAsync(await new TokenForge(live.Host).ForAsync(person.UserId));
    }

    [Fact]
    public async Task A_token_without_subject_and_an_expired_one_end_the_connection()
    {
        var forge = new TokenForge(live.Host);
        await using var nobody = await LiveSocket.OpenAsync(live.Host);
        await nobody.SendAsync(LiveSocket.AuthMessage(await forge.SignAsync(forge.Claims(""))));
        await nobody.MessageAsync();
        Assert.Equal((1008, "missing subject"), await nobody.ClosedAsync());

        await using var late = await LiveSocket.OpenAsync(live.Host);
        await late.SendAsync(LiveSocket.AuthMessage(await TokenEndingInAsync("late", -60)));
        await late.MessageAsync();
        Assert.Equal((1008, "invalid token"), await late.ClosedAsync());
    }

    [Fact]
    public async Task Scenario_24_7_101_a_push_is_told_to_all_apps_and_to_its_own_and_to_no_other()
    {
        var a = await live.PersonAsync();
        await using var all = await live.SocketAsync(a);
        await using var todo = await live.SocketAsync(a, "/ws/todo");
        await using var calendar = await live.SocketAsync(a, "/ws/calendar");
        await using var stranger = await live.SocketAsync(await live.PersonAsync());

        var answer = await a.StoreAsync(Change.Insert("t1"));

        foreach (var socket in (LiveSocket[])[all, todo])
        {
            var hint = await socket.MessageAsync();
            Assert.Equal(["appId", "syncedUntil", "tables", "type"], hint.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
            Assert.Equal(("sync-available", "todo", "tasks"), ((string?)hint["type"], (string?)hint["appId"], (string?)hint["tables"]![0]));
            Assert.Equal(answer.SyncedUntil, (string?)hint["syncedUntil"]);
        }

        await calendar.NothingAsync();
        await stranger.NothingAsync();
    }

    [Theory]
    [InlineData("/ws", "a")]
    [InlineData("/ws?clientId=a", null)]
    [InlineData("/ws?clientId=b", "a")]
    public async Task Scenario_24_7_102_the_device_that_pushed_gets_no_hint_and_the_persons_others_do(string path, string? clientId)
    {
        var a = await live.PersonAsync("a");
        await using var same = await live.SocketAsync(a, path, clientId);
        await using var other = await live.SocketAsync(a, "/ws", "b");
        await using var unknown = await live.SocketAsync(a);

        await a.StoreAsync(Change.Insert("t1"));

        Assert.Equal(["tasks"], await other.HintAsync());
        Assert.Equal(["tasks"], await unknown.HintAsync());
        await same.NothingAsync();
    }

    [Fact]
    public async Task Scenario_24_7_104_many_pushes_give_at_least_one_hint_after_the_last_and_no_table_is_missing()
    {
        var a = await live.PersonAsync();
        await using var b = await live.SocketAsync(a, clientId: "b");
        var last = "";
        for (var i = 0; i < 50; i++)
            last = (await a.StoreAsync(Change.Insert($"t{i}", table: $"table-{i % 7}"))).SyncedUntil;

        var (tables, until) = (new SortedSet<string>(StringComparer.Ordinal), "");
        while (string.CompareOrdinal(until, last) < 0)
        {
            var hint = await b.MessageAsync();
            tables.UnionWith(hint["tables"]!.AsArray().Select(table => (string)table!));
            until = (string)hint["syncedUntil"]!;
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"table-{i}"), tables);
        await b.NothingAsync();
    }

    [Fact]
    public async Task Scenario_24_7_105_nothing_stored_is_nothing_told()
    {
        var a = await live.PersonAsync();
        await using var b = await live.SocketAsync(a, clientId: "b");
        await a.StoreAsync("");
        (await a.PushAsync(Change.Insert("t1") + ""","broken" """)).Refused(400, "invalid_json", 1);
        (await a.PushAsync(Change.InsertData("t2", "{}", more: "\"spaceId\":\"_personal:another\""))).Refused(403, "space_forbidden", 0);
        await b.NothingAsync();
    }

    [Fact]
    public async Task Scenario_24_7_106_what_the_server_itself_announces_is_told_too()
    {
        var a = await live.PersonAsync();
        await using var device = await live.SocketAsync(a, clientId: "b");
        live.Host.Services.GetRequiredService<IAnnouncements>().Announce(new Announcement(SyncFixture.Scope(a), "calendar", ["events"], "system", "", 2_000_000, null));
        var hint = await device.MessageAsync();
        Assert.Equal(("calendar", "1970-01-01T00:00:02.000000Z"), ((string?)hint["appId"], (string?)hint["syncedUntil"]));
    }

    [Fact]
    public async Task Scenario_24_7_107_a_message_that_is_too_long_ends_the_connection()
    {
        await using var socket = await LiveSocket.OpenAsync(live.Host);
        await socket.SendAsync(Ping(32_768));
        Assert.Equal("pong", (string?)(await socket.MessageAsync())["type"]);
        await socket.SendAsync(Ping(32_769));
        Assert.Equal((1009, "message too big"), await socket.ClosedAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"ping\"")]
    [InlineData("""{"type":null}""")]
    [InlineData("""{"type":"sync-now"}""")]
    [InlineData("""{"type":"\ud800"}""")]
    [InlineData("""{"type":"ping"}{"type":"ping"}""")]
    public async Task Scenario_24_7_107_garbage_is_ignored(string text)
    {
        await using var socket = await LiveSocket.OpenAsync(live.Host);
        await socket.SendAsync(text);
        await socket.SendAsync("""{"type":"ping"}"""u8.ToArray(), WebSocketMessageType.Binary);
        await socket.NothingAsync();
    }

    [Fact]
    public async Task A_client_that_closes_is_answered_in_kind()
    {
        await using var socket = await live.SocketAsync(await live.PersonAsync());
        await socket.CloseAsync();
    }

    Task<string> TokenEndingInAsync(string userId, int seconds)
    {
        var forge = new TokenForge(live.Host);
        return forge.SignAsync(string.Create(CultureInfo.InvariantCulture,
            $$"""{"sub":"{{userId}}","exp":{{forge.Now.AddSeconds(seconds).ToUnixTimeSeconds()}},"iss":"{{forge.Issuer}}","aud":"mana"}"""));
    }

    static string Ping(int bytes)
    {
        const string Start = """{"type":"ping","pad":" """;
        return new StringBuilder(Start).Append('x', bytes - Start.Length - 2).Append("\"}").ToString();
    }
}
