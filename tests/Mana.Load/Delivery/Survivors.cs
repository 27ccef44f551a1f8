using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mana.Devices;

namespace Mana.Load.Delivery;

/// <summary>
/// For infra/drills, which breaks something meanwhile: devices that send every change again until it is acknowledged, and remember what was. In the end a new
/// device of each person reads everything: whatever was acknowledged must be there, once. Failed tries are expected; lost changes are not.
/// </summary>
internal static class Survivors
{
    static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(25);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan RecoverWithin = TimeSpan.FromMinutes(2);

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var devices = new List<Survivor>();
        while (devices.Count < options.Clients)
            devices.Add(new Survivor(await OpenAsync(options), options.Url));
        var start = Stopwatch.GetTimestamp();
        Console.WriteLine("writing");
        await Task.WhenAll(devices.Select(device => device.WriteAsync(start, options.Duration)));
        var took = Stopwatch.GetElapsedTime(start);
        long lost = 0, twice = 0, stored = 0;
        foreach (var device in devices)
        {
            var there = await device.ReadAllAsync();
            stored += there.Count;
            twice += there.Count - there.Distinct().Count();
            lost += device.Acknowledged.Count(change => !there.Contains(change.Id));
        }

        var moments = devices.SelectMany(device => device.Acknowledged).Select(change => change.At).Order().ToList();
        var gap = moments.Zip(moments.Skip(1), (before, after) => after - before).DefaultIfEmpty().Max();
        devices.ForEach(device => device.Dispose());
        var all = RunResult.Of("changes that are sent again until they are acknowledged", devices.Select(device => device.Worker), took);
        return all with
        {
            Changes = moments.Count,
            Errors = 0,
            Broken = lost + twice,
            FirstFailure = all.FirstFailure,
            Figures = new()
            {
                ["acknowledged"] = moments.Count, ["lost"] = lost, ["stored twice"] = twice, ["stored"] = stored, ["failed tries"] = all.Errors,
                ["signed in again"] = devices.Sum(device => device.SignIns), ["longest pause s"] = Math.Round(gap.TotalSeconds, 2),
            },
        };
    }

    /// <summary>A host on a busy machine may refuse the first try; that is not yet the drill.</summary>
    static async Task<Account> OpenAsync(LoadOptions options)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return (await Accounts.OpenAsync(options, 1))[0];
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt));
            }
    }

    sealed class Survivor(Account account, string url) : IDisposable
    {
        readonly HttpClient _http = new() { BaseAddress = new Uri(url), Timeout = Patience };
        string _token = account.AccessToken;

        public Worker Worker { get; } = new();

        public List<(Guid Id, TimeSpan At)> Acknowledged { get; } = [];

        public int SignIns { get; private set; }

        public async Task WriteAsync(long start, TimeSpan duration)
        {
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                var id = Guid.CreateVersion7();
                for (var tried = Stopwatch.GetTimestamp(); !await PushAsync(id); await Task.Delay(Pace))
                    if (Stopwatch.GetElapsedTime(tried) > RecoverWithin)
                        throw new LoadProblem($"Nothing was acknowledged for {RecoverWithin.TotalSeconds} s: {Worker.FirstFailure}");
                Acknowledged.Add((id, Stopwatch.GetElapsedTime(start)));
                await Task.Delay(Pace);
            }
        }

        async Task<bool> PushAsync(Guid id)
        {
            var body = JsonSerializer.Serialize(new
            {
                clientId = "survivor", since = "2100-01-01T00:00:00Z",
                changes = new[] { new { eventId = id, table = "tasks", id = id.ToString("N"), op = "insert", data = new { id = id.ToString("N"), title = "x", createdAt = "2026-01-01T00:00:00.000Z" } } },
            });
            var start = Stopwatch.GetTimestamp();
            using var answer = await SendAsync(HttpMethod.Post, "/sync/todo", body);
            if (answer is null)
                return false;
            Worker.Latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            return true;
        }

        public async Task<List<Guid>> ReadAllAsync()
        {
            var (ids, from) = (new List<Guid>(), "since=1970-01-01T00:00:00.000Z");
            for (var start = Stopwatch.GetTimestamp(); ;)
            {
                using var answer = await SendAsync(HttpMethod.Get, $"/sync/todo/pull?collection=tasks&{from}", null);
                if (answer is null)
                {
                    if (Stopwatch.GetElapsedTime(start) > RecoverWithin)
                        throw new LoadProblem($"What was stored cannot be read: {Worker.FirstFailure}");
                    await Task.Delay(Pace);
                    continue;
                }

                ids.AddRange(answer.RootElement.GetProperty("serverChanges").EnumerateArray().Select(change => change.GetProperty("eventId").GetGuid()));
                if (!answer.RootElement.TryGetProperty("hasMore", out var more) || !more.GetBoolean())
                    return ids;
                from = "cursor=" + Uri.EscapeDataString(answer.RootElement.GetProperty("cursor").GetString()!);
            }
        }

        /// <summary>Null when it has to be tried again.</summary>
        async Task<JsonDocument?> SendAsync(HttpMethod method, string path, string? body)
        {
            using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", _token) } };
            request.Headers.Add("X-Client-Id", body is null ? "reader" : "survivor");
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            try
            {
                using var answer = await _http.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.IsSuccessStatusCode)
                    return JsonDocument.Parse(text);
                Worker.Fail($"{(int)answer.StatusCode} {text}");
                // The clock jumped past the token's end, or before its beginning.
                if (answer.StatusCode == HttpStatusCode.Unauthorized)
                    await SignInAsync();
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException or IOException)
            {
                Worker.Fail(failure.Message);
            }

            return null;
        }

        async Task SignInAsync()
        {
            try
            {
                using var http = new HttpClient { BaseAddress = new Uri(url), Timeout = Patience };
                _token = (await Account.SignInAsync(http, account.Email)).AccessToken;
                SignIns++;
            }
            catch (InvalidOperationException refused)
            {
                Worker.Fail(refused.Message);
            }
        }

        public void Dispose() => _http.Dispose();
    }
}
