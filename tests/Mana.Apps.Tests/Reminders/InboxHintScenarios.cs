using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Mana.Testing;

namespace Mana.Apps.Tests.Reminders;

/// <summary>compute.md 8.8, channel <c>inapp</c>: devices that are connected hear that there is something to read.</summary>
[Collection(ReminderWorld.Name)]
public sealed class InboxHintScenarios(ReminderFixture world)
{
    [Fact]
    public async Task What_is_told_inside_the_apps_is_announced_to_devices_that_are_connected()
    {
        world.MoveTo("2026-09-20T08:00:00Z");
        var person = await world.NewPersonAsync();
        await person.RemindAsync(await person.TaskAsync("2026-09-20T09:00:00.000Z"), new { minutesBefore = 0, channels = (string[])["inapp"] });
        world.MoveTo("2026-09-20T09:00:00Z");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = await world.Host.CreateWebSocketClient().ConnectAsync(new Uri("ws://localhost/ws"), patience.Token);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { type = "auth", token = await new TokenForge(world.Host).ForAsync(person.UserId) }), WebSocketMessageType.Text, true, patience.Token);
        Assert.Contains("auth-ok", await ReceiveAsync(socket, patience.Token), StringComparison.Ordinal);
        await world.TickAsync();
        var hint = JsonDocument.Parse(await ReceiveAsync(socket, patience.Token)).RootElement;
        Assert.Equal(("sync-available", "reminders", "inbox"), (hint.GetProperty("type").GetString(), hint.GetProperty("appId").GetString(), hint.GetProperty("tables")[0].GetString()));
        Assert.Equal(1, (await person.GetAsync("reminders/inbox")).Ok()["items"].GetArrayLength());
    }

    static async Task<string> ReceiveAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
