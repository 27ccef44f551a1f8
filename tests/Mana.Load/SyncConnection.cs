using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Mana.Devices;

namespace Mana.Load;

/// <summary>One person with one device on one connection.</summary>
internal sealed class SyncConnection(Account account, string clientId, int seed)
{
    /// <summary>More than the members behind the changes of an answer occupy.</summary>
    const int Tail = 2048;

    readonly Payloads _payloads = new(clientId, seed);

    public string SyncedUntil { get; set; } = "1970-01-01T00:00:00.000Z";

    /// <summary>Opaque cursor of the last answer.</summary>
    public string? Cursor { get; set; }

    public Account Account => account;

    public static async Task<List<SyncConnection>> OpenAsync(LoadOptions options, int count)
    {
        var opened = new List<SyncConnection>();
        for (var i = 0; i < count; i++)
        {
            var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = new Uri(options.Url), Timeout = TimeSpan.FromMinutes(2) };
            var account = await Account.CreateAsync(http, $"load-{Guid.NewGuid():N}@example.test");
            opened.Add(new SyncConnection(account, "device-" + i, i));
        }

        return opened;
    }

    /// <summary>The latency counts from <paramref name="scheduled"/>, when there is a schedule.</summary>
    public async Task PushAsync(int changes, Worker? worker, long? scheduled = null, int edits = 50)
    {
        var body = _payloads.Push(changes, SyncedUntil, edits);
        var start = scheduled ?? Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sync/todo") { Content = new ReadOnlyMemoryContent(body) };
        request.Headers.Add("X-Client-Id", clientId);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await SendAsync(request, start, worker, changes);
    }

    /// <summary>One page; true while there is more.</summary>
    public async Task<bool> PullAsync(string? clientIdHeader, Worker? worker)
    {
        var start = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sync/todo/pull?collection=tasks&since={SyncedUntil}");
        if (clientIdHeader is not null)
            request.Headers.Add("X-Client-Id", clientIdHeader);
        return await SendAsync(request, start, worker, null);
    }

    /// <summary>One page from the last cursor, or from the beginning; true while there is more.</summary>
    public async Task<bool> HydrateAsync(string view, Worker worker)
    {
        var start = Stopwatch.GetTimestamp();
        var from = Cursor is null ? "since=1970-01-01T00:00:00.000Z" : $"cursor={Uri.EscapeDataString(Cursor)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sync/todo/pull?collection=tasks&{from}{(view == "log" ? "" : $"&view={view}")}");
        request.Headers.Add("X-Client-Id", "fresh-device");
        return await SendAsync(request, start, worker, null);
    }

    async Task<bool> SendAsync(HttpRequestMessage request, long start, Worker? worker, int? changes)
    {
        using var response = await account.Http.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        if (worker is not null)
        {
            worker.Latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            worker.Changes += response.IsSuccessStatusCode ? changes ?? Count(bytes) : 0;
        }

        if (response.IsSuccessStatusCode)
            return Advance(bytes);
        var failure = $"{request.Method} {request.RequestUri?.OriginalString.Split('?')[0]}: {(int)response.StatusCode} {Encoding.UTF8.GetString(bytes)}";
        if (worker is null)
            throw new HttpRequestException(failure);
        worker.Fail(failure);
        return false;
    }

    /// <summary>Reads the three members it needs from the end of the answer, so that the generator costs little beside the server.</summary>
    bool Advance(byte[] answer)
    {
        var tail = answer.AsSpan(Math.Max(0, answer.Length - Tail));
        var end = tail[tail.LastIndexOf("\"syncedUntil\":"u8)..];
        SyncedUntil = Member(end, "\"syncedUntil\":\""u8)!;
        Cursor = Member(end, "\"cursor\":\""u8);
        return end.IndexOf("\"hasMore\":true"u8) >= 0;
    }

    static string? Member(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var at = json.IndexOf(name);
        if (at < 0)
            return null;
        var value = json[(at + name.Length)..];
        return Encoding.ASCII.GetString(value[..value.IndexOf((byte)'"')]);
    }

    static int Count(ReadOnlySpan<byte> answer) => answer.Count("\"op\":\""u8);
}
