using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Mana.Devices;

namespace Mana.Load;

/// <summary>One person with one device on one connection.</summary>
internal sealed class SyncConnection(Account account, string clientId, int seed)
{
    static readonly byte[] EventId = Encoding.ASCII.GetBytes("\"eventId\":");
    readonly Payloads _payloads = new(clientId, seed);

    public string SyncedUntil { get; set; } = "1970-01-01T00:00:00.000Z";

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

    public async Task PushAsync(int changes, Worker? worker)
    {
        var body = _payloads.Push(changes, SyncedUntil);
        var start = Stopwatch.GetTimestamp();
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

    async Task<bool> SendAsync(HttpRequestMessage request, long start, Worker? worker, int? changes)
    {
        using var response = await account.Http.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        if (worker is not null)
        {
            worker.Latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            worker.Errors += response.IsSuccessStatusCode ? 0 : 1;
            worker.Changes += response.IsSuccessStatusCode ? changes ?? Count(bytes) : 0;
        }

        if (!response.IsSuccessStatusCode)
            return worker is null ? throw new HttpRequestException($"{(int)response.StatusCode} {Encoding.UTF8.GetString(bytes)}") : false;
        return Advance(bytes);
    }

    /// <summary>Reads the two members it needs from the end of the answer, so that the generator costs little beside the server.</summary>
    bool Advance(byte[] answer)
    {
        var tail = answer.AsSpan(Math.Max(0, answer.Length - 400));
        var at = tail.LastIndexOf("\"syncedUntil\":\""u8);
        SyncedUntil = Encoding.ASCII.GetString(tail.Slice(at + 15, 27));
        return tail.EndsWith("\"hasMore\":true}"u8);
    }

    static int Count(ReadOnlySpan<byte> answer)
    {
        var count = 0;
        while (answer.IndexOf(EventId) is var at && at >= 0)
        {
            count++;
            answer = answer[(at + EventId.Length)..];
        }

        return count;
    }
}
