using System.Text.Json.Nodes;

namespace Mana.Sync.Tests.Live;

/// <summary>One event as it came: its name, its data, the cursor behind it if it has one, and its exact lines.</summary>
internal sealed record StreamEvent(string Name, string Data, string? Id, string Raw)
{
    public JsonNode Json => JsonNode.Parse(Data)!;

    public string? Table => (string?)Json["table"];

    public string? App => (string?)Json["appId"];

    public bool HasMore => (bool)Json["hasMore"]!;

    public string SyncedUntil => (string)Json["syncedUntil"]!;

    public string[] Ids => [.. Json["changes"]!.AsArray().Select(change => (string)change!["id"]!)];
}

/// <summary>An event stream, read line by line.</summary>
internal sealed class LiveStream : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    readonly HttpResponseMessage _response;
    readonly StreamReader _lines;

    LiveStream(HttpResponseMessage response, StreamReader lines) => (_response, _lines) = (response, lines);

    public HttpResponseMessage Response => _response;

    /// <summary>Opens a stream and reads its greeting.</summary>
    public static async Task<LiveStream> OpenAsync(SyncClient person, string query = "", string? lastEventId = null) =>
        await OpenPathAsync(person, $"/sync/{Uri.EscapeDataString(person.App)}/stream{query}", lastEventId);

    public static async Task<LiveStream> OpenPathAsync(SyncClient person, string path, string? lastEventId = null)
    {
        var response = await RequestAsync(person, path, lastEventId);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}");
        var stream = new LiveStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        foreach (var expected in (string[])[": connected", "", "retry: 5000", ""])
            Assert.Equal(expected, await stream.LineAsync());
        return stream;
    }

    /// <summary>The answer as soon as its head is there.</summary>
    public static async Task<HttpResponseMessage> RequestAsync(SyncClient person, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (person.ClientId.Length > 0)
            request.Headers.Add("X-Client-Id", person.ClientId);
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return await person.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
    }

    public async Task<StreamEvent> NextAsync()
    {
        string? name = null, data = null, id = null;
        var raw = new List<string>();
        while (await LineAsync() is { } line)
        {
            if (line.Length == 0)
                return new StreamEvent(name ?? "", data ?? "", id, string.Join('\n', raw));
            raw.Add(line);
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else
                Assert.Fail($"not a line of a frame: {line}");
        }

        throw new EndOfStreamException("the stream has ended");
    }

    /// <summary>The next event, which must be <c>changes</c>.</summary>
    public async Task<StreamEvent> ChangesAsync()
    {
        var next = await NextAsync();
        Assert.True(next.Name == "changes", next.Raw);
        return next;
    }

    /// <summary>The next event is <c>closed</c> for this reason, and then nothing follows.</summary>
    public async Task ClosedAsync(string reason)
    {
        var next = await NextAsync();
        Assert.Equal($"event: closed\ndata: {{\"reason\":\"{reason}\"}}", next.Raw);
        Assert.Null(await LineAsync());
    }

    async Task<string?> LineAsync() => await _lines.ReadLineAsync().WaitAsync(Patience);

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}
