using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Mana.Testing;

namespace Mana.Sync.Tests.Live;

/// <summary>A WebSocket as a client has it: messages are JSON, and the end is a code with a reason.</summary>
internal sealed class LiveSocket(WebSocket socket) : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<LiveSocket> OpenAsync(TestHost host, string path = "/ws") =>
        new(await host.CreateWebSocketClient().ConnectAsync(new Uri("ws://localhost" + path), CancellationToken.None).WaitAsync(Patience));

    /// <summary>Open and signed in.</summary>
    public static async Task<LiveSocket> OfAsync(TestHost host, SyncClient person, string path = "/ws", string? clientId = null)
    {
        var opened = await OpenAsync(host, path);
        await opened.SignInAsync(await new TokenForge(host).ForAsync(person.UserId), clientId);
        return opened;
    }

    public async Task SignInAsync(string token, string? clientId = null)
    {
        await SendAsync(AuthMessage(token, clientId));
        Assert.Equal("auth-ok", (string?)(await MessageAsync())["type"]);
    }

    public static string AuthMessage(string token, string? clientId = null) =>
        new JsonObject { ["type"] = "auth", ["token"] = token, ["clientId"] = clientId }.ToJsonString();

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public Task SendAsync(byte[] bytes, WebSocketMessageType type) => socket.SendAsync(bytes, type, endOfMessage: true, CancellationToken.None);

    /// <summary>The next message; fails when there is none in time, or the end of the connection instead.</summary>
    public async Task<JsonNode> MessageAsync()
    {
        var (text, close) = await ReceiveAsync();
        Assert.True(text is not null, $"closed: {close}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The next message is a hint about this app.</summary>
    public async Task<string[]> HintAsync(string appId = "todo")
    {
        var hint = await MessageAsync();
        Assert.Equal(("sync-available", appId), ((string?)hint["type"], (string?)hint["appId"]));
        return [.. hint["tables"]!.AsArray().Select(table => (string)table!)];
    }

    /// <summary>Hints, until each of these (<c>app/table</c>) was named.</summary>
    public async Task<List<JsonNode>> HintsUntilAsync(params string[] wanted)
    {
        var (hints, missing) = (new List<JsonNode>(), wanted.ToHashSet(StringComparer.Ordinal));
        while (missing.Count > 0)
        {
            var hint = await MessageAsync();
            Assert.Equal("sync-available", (string?)hint["type"]);
            hints.Add(hint);
            missing.ExceptWith(hint["tables"]!.AsArray().Select(table => $"{hint["appId"]}/{table}"));
        }

        return hints;
    }

    /// <summary>The next message that is no hint: hints may be repeated.</summary>
    public async Task<JsonNode> AfterHintsAsync()
    {
        while (true)
            if (await MessageAsync() is var message && (string?)message["type"] != "sync-available")
                return message;
    }

    /// <summary>
    /// The server has nothing to say. What a push that has been answered sets off is due before this asks, and all that is due is sent
    /// before the second answer.
    /// </summary>
    public async Task NothingAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            await SendAsync("""{"type":"ping"}""");
            Assert.Equal("""{"type":"pong"}""", (await MessageAsync()).ToJsonString());
        }
    }

    /// <summary>The next thing that arrives is the end.</summary>
    public async Task<(int Code, string? Reason)> ClosedAsync()
    {
        var (text, close) = await ReceiveAsync();
        Assert.True(close is not null, $"not closed: {text}");
        return close.Value;
    }

    /// <summary>
    /// A new account and a new space get documents of their own some time after they were made (sync.md 20): the hints about them come
    /// whenever they come, and are other tests'.
    /// </summary>
    async Task<(string? Text, (int Code, string? Reason)? Close)> ReceiveAsync()
    {
        while (true)
            if (await ReceiveAnyAsync() is var received && (received.Text is null || (string?)JsonNode.Parse(received.Text)!["appId"] is not ("profile" or "kontext")))
                return received;
    }

    async Task<(string? Text, (int Code, string? Reason)? Close)> ReceiveAnyAsync()
    {
        var (buffer, length) = (new byte[256 * 1024], 0);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None).AsTask().WaitAsync(Patience);
            if (part.MessageType == WebSocketMessageType.Close)
                return (null, ((int)socket.CloseStatus!.Value, socket.CloseStatusDescription));
            length += part.Count;
            if (part.EndOfMessage)
                return (Encoding.UTF8.GetString(buffer, 0, length), null);
        }
    }

    public Task CloseAsync() => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Patience);

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
