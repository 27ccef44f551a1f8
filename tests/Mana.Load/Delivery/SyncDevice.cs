using System.Buffers;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Mana.Devices;

namespace Mana.Load.Delivery;

/// <summary>
/// A device with opaque cursors and event ids. It reads in two ways, each with its own cursor: by pull, and by what its pushes bring back.
/// With <paramref name="remembers"/> it keeps all of it for the final account; a long run does not.
/// </summary>
/// <param name="app">A device has one of these for each of its apps.</param>
internal sealed class SyncDevice(HttpClient http, Account account, string clientId, int seed, bool remembers, string app = "todo", string table = OwnChange.Tasks) : IDisposable
{
    static readonly string[] Editable = ["title", "notes", "priority"];
    readonly Random _random = new(seed);
    readonly ArrayBufferWriter<byte> _body = new();
    readonly Replica? _pulled = remembers ? new Replica() : null;
    readonly Replica? _pushed = remembers ? new Replica() : null;
    string? _pullCursor;
    string? _pushCursor;
    string _since = "1970-01-01T00:00:00.000Z";
    int _inserted;
    int _values;

    public List<OwnChange> Acknowledged { get; } = [];

    public string ClientId => clientId;

    public IEnumerable<(string Way, Replica Replica)> Replicas => remembers ? [("pull", _pulled!), ("push", _pushed!)] : [];

    public static SyncDevice Of(LoadOptions options, Account account, string clientId, int seed, bool remembers) =>
        new(new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = new Uri(options.Url) }, account, clientId, seed, remembers);

    /// <summary>Of a hundred changes, <paramref name="edits"/> edit a record that this device knows, whoever made it. True while there is more to read.</summary>
    public async Task<bool> PushAsync(int count, int edits, Worker worker)
    {
        var changes = new List<OwnChange>(count);
        for (var i = 0; i < count; i++)
            changes.Add(Next(edits));
        return await SendAsync(changes, worker);
    }

    /// <summary>One page by cursor; true while there is more.</summary>
    public async Task<bool> PullAsync(Worker worker)
    {
        var from = _pullCursor is null ? "since=1970-01-01T00:00:00.000Z" : "cursor=" + Uri.EscapeDataString(_pullCursor);
        using var answer = await ExchangeAsync(HttpMethod.Get, $"/sync/{app}/pull?collection={table}&{from}", null, worker);
        return answer is not null && Take(answer.RootElement, _pulled, worker, ref _pullCursor);
    }

    /// <summary>One page as an unmodified client asks for it, by time.</summary>
    public async Task<bool> PullSinceAsync(Worker worker)
    {
        using var answer = await ExchangeAsync(HttpMethod.Get, $"/sync/{app}/pull?collection={table}&since={_since}", null, worker);
        return answer is not null && Take(answer.RootElement, _pulled, worker, ref _pullCursor);
    }

    /// <summary>Both ways, until nothing is left.</summary>
    public async Task DrainAsync(Worker worker)
    {
        while (await PullAsync(worker))
        {
            // Next page.
        }

        while (await SendAsync([], worker))
        {
            // Next page.
        }
    }

    public void Dispose() => http.Dispose();

    async Task<bool> SendAsync(List<OwnChange> changes, Worker worker)
    {
        _body.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_body))
        {
            json.WriteStartObject();
            json.WriteString("clientId", clientId);
            if (_pushCursor is not null)
                json.WriteString("cursor", _pushCursor);
            json.WriteStartArray("changes");
            changes.ForEach(change => change.Write(json));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        using var answer = await ExchangeAsync(HttpMethod.Post, "/sync/" + app, _body.WrittenMemory, worker);
        if (answer is null)
            return false;
        var acks = answer.RootElement.TryGetProperty("acks", out var list) ? list.EnumerateArray().Select(ack => ack.GetProperty("eventId").GetGuid()).ToHashSet() : [];
        if (changes.Find(change => !acks.Contains(change.EventId)) is { } unheard)
            worker.Fail($"A push was answered with 200, but {unheard.EventId} was not acknowledged.");
        if (remembers)
            Acknowledged.AddRange(changes);
        return Take(answer.RootElement, _pushed, worker, ref _pushCursor);
    }

    async Task<JsonDocument?> ExchangeAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, Worker worker)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", account.AccessToken);
        request.Headers.Add("X-Client-Id", clientId);
        if (body is { } content)
            request.Content = new ReadOnlyMemoryContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var response = await http.SendAsync(request);
            var bytes = await response.Content.ReadAsByteArrayAsync();
            worker.Latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (response.IsSuccessStatusCode)
                return JsonDocument.Parse(bytes);
            worker.Fail($"{method} {path.Split('?')[0]}: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(bytes)}");
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException)
        {
            worker.Fail($"{method} {path.Split('?')[0]}: {failure.Message}");
        }

        return null;
    }

    bool Take(JsonElement answer, Replica? replica, Worker worker, ref string? cursor)
    {
        var changes = answer.GetProperty("serverChanges");
        worker.Changes += changes.GetArrayLength();
        if (replica is not null)
            foreach (var change in changes.EnumerateArray())
                replica.Apply(change);
        cursor = answer.GetProperty("cursor").GetString();
        _since = answer.GetProperty("syncedUntil").GetString()!;
        return answer.TryGetProperty("hasMore", out var more) && more.GetBoolean();
    }

    OwnChange Next(int edits)
    {
        var known = _pulled?.Records.Count ?? _inserted;
        var insert = known == 0 || _random.Next(100) >= edits;
        var record = insert ? $"{clientId}-{_inserted++}" : _pulled?.Records[_random.Next(known)] ?? $"{clientId}-{_random.Next(known)}";
        var fields = insert ? Editable : [Editable[_random.Next(Editable.Length)]];
        var change = new OwnChange(Guid.CreateVersion7(), record, insert, OwnChange.Now(), Array.ConvertAll(fields, field => (field, $"{clientId}/{_values++}"))) { Table = table };
        _pulled?.Apply(change);
        _pushed?.Apply(change);
        return change;
    }
}
