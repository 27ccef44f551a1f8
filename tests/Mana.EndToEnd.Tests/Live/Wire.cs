using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Mana.Devices;

namespace Mana.EndToEnd.Tests.Live;

/// <summary>Devices of people, over real sockets.</summary>
internal static class Wire
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static HttpClient ClientOf(Uri server, Account person) => new()
    {
        BaseAddress = server,
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", person.AccessToken) },
    };

    /// <summary>Pushes one insert as this device.</summary>
    public static async Task PushAsync(HttpClient http, string device, string id)
    {
        using var answer = await http.PostAsync(new Uri("/sync/todo", UriKind.Relative), new StringContent(
            $$$"""{"clientId":"{{{device}}}","since":"2100-01-01T00:00:00Z","changes":[{"table":"tasks","id":"{{{id}}}","op":"insert","data":{"title":"x"}}]}""",
            Encoding.UTF8, "application/json"));
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
    }

    /// <summary>A socket that has signed in.</summary>
    public static async Task<ClientWebSocket> SocketAsync(Uri server, Account person, string device)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "/ws/todo" }.Uri, CancellationToken.None).WaitAsync(Patience);
        await SendAsync(socket, new JsonObject { ["type"] = "auth", ["token"] = person.AccessToken, ["clientId"] = device }.ToJsonString());
        Assert.Equal("auth-ok", (string?)(await MessageAsync(socket))["type"]);
        return socket;
    }

    public static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    public static async Task<JsonNode> MessageAsync(ClientWebSocket socket)
    {
        var (buffer, length) = (new byte[64 * 1024], 0);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None).AsTask().WaitAsync(Patience);
            Assert.True(part.MessageType == WebSocketMessageType.Text, $"closed: {socket.CloseStatus} {socket.CloseStatusDescription}");
            length += part.Count;
            if (part.EndOfMessage)
                return JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, length))!;
        }
    }

    /// <summary>What one host says of its own connections.</summary>
    public static async Task<(int Sockets, int Streams)> PresenceAsync(Uri server)
    {
        using var http = new HttpClient { BaseAddress = server };
        var health = JsonNode.Parse(await http.GetStringAsync(new Uri("/health", UriKind.Relative)))!;
        return ((int)health["connections"]!, (int)health["sse"]!);
    }
}

/// <summary>An event stream over a real socket; remembers where it is, as an <c>EventSource</c> does.</summary>
internal sealed class StreamReading(HttpClient http, string device) : IAsyncDisposable
{
    HttpResponseMessage? _response;
    StreamReader? _lines;

    /// <summary>Behind the last event that named one.</summary>
    public string? LastId { get; private set; }

    public List<string> Ids { get; } = [];

    public async Task ConnectAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sync/todo/stream");
        request.Headers.Add("X-Client-Id", device);
        if (LastId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", LastId);
        _response?.Dispose();
        _response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Wire.Patience);
        Assert.True(_response.IsSuccessStatusCode, $"{(int)_response.StatusCode}");
        _lines = new StreamReader(await _response.Content.ReadAsStreamAsync());
    }

    /// <summary>The name and data of the next event; null at the end of the stream, however it came.</summary>
    public async Task<(string Name, string Data)?> NextAsync()
    {
        var (name, data) = ("", "");
        try
        {
            while (await _lines!.ReadLineAsync().WaitAsync(Wire.Patience) is { } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                    name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    data = line[6..];
                else if (line.StartsWith("id: ", StringComparison.Ordinal))
                    LastId = line[4..];
                else if (line.Length == 0 && name.Length > 0)
                    return (name, data);
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // Cut off in the middle.
        }

        return null;
    }

    /// <summary>Reads, and connects again whenever it must, until this record has come.</summary>
    public async Task UntilAsync(string id)
    {
        while (!Ids.Contains(id, StringComparer.Ordinal))
        {
            if (await NextAsync() is not { } next)
                await Eventually.TrueAsync("A host takes the stream", TryConnectAsync);
            else if (next.Name == "changes")
                Ids.AddRange(JsonNode.Parse(next.Data)!["changes"]!.AsArray().Select(change => (string)change!["id"]!));
        }
    }

    async Task<bool> TryConnectAsync()
    {
        try
        {
            await ConnectAsync();
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or Xunit.Sdk.XunitException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _lines?.Dispose();
        _response?.Dispose();
        http.Dispose();
        return ValueTask.CompletedTask;
    }
}
