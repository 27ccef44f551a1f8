using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Load.Money;

/// <summary>
/// Signed webhooks on a schedule, each an event of its own (issue 6). Needs a host with <c>--webhook-secret</c>; the objects that the events name are nowhere, so what
/// is measured is the answer and not what becomes of them.
/// </summary>
internal static class WebhookLoad
{
    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var secret = Encoding.UTF8.GetBytes(options.WebhookSecret ?? throw new LoadProblem("This scenario needs --webhook-secret."));
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = options.Clients }) { BaseAddress = new Uri(options.Url) };
        var workers = Enumerable.Range(0, options.Clients).Select(_ => new Worker()).ToList();
        var (run, total, next) = (Guid.NewGuid().ToString("N"), (int)(options.Rate * options.Duration.TotalSeconds), -1);
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(workers.Select(async worker =>
        {
            while (Interlocked.Increment(ref next) is var turn && turn < total)
            {
                var due = Pace.After(start, TimeSpan.FromSeconds(turn / options.Rate));
                await Pace.UntilAsync(due);
                using var request = Signed(secret, $"{run}{turn}");
                using var answer = await http.SendAsync(request);
                if (!answer.IsSuccessStatusCode)
                    worker.Fail($"webhook: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                worker.Latencies.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
            }
        }));
        return RunResult.Of($"webhooks, {options.Rate:0.#}/s", workers, Stopwatch.GetElapsedTime(start)) with { HostMemory = await memory.StopAsync(), RateIsGiven = true };
    }

    internal static HttpRequestMessage Signed(byte[] secret, string id)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var body = Encoding.UTF8.GetBytes(
            $$"""{"id":"evt_{{id}}","object":"event","type":"customer.deleted","api_version":"2025-04-30.basil","created":{{now}},"livemode":false,"data":{"object":{"id":"cus_{{id}}","object":"customer","metadata":{} } } }""");
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{now}."), .. body];
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/webhooks/stripe") { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", $"t={now},v1={Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed))}");
        return request;
    }
}
