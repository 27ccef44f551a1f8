using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace Mana.Load.Money;

/// <summary>Debits and balances over HTTP (issue 6). Needs the host's service key (<c>--service-key</c>) to give people something to spend.</summary>
internal static class LedgerLoad
{
    const int Fund = 1_000_000;

    /// <summary>
    /// One debit per request in a closed loop, each of a person chosen in turn: <c>--users 1</c> is one hot account. <c>--by service</c> debits as a
    /// service does, <c>--by user</c> with the token of each person.
    /// </summary>
    public static async Task<RunResult> DebitAsync(LoadOptions options)
    {
        using var service = Service(options);
        var people = options.By == "user" ? await Accounts.ReuseAsync(options, options.Users) : [];
        var users = people.Count > 0 ? people.ConvertAll(person => person.UserId) : [.. Enumerable.Range(0, options.Users).Select(i => $"load-{Guid.NewGuid():N}")];
        foreach (var user in users)
            (await service.PostAsJsonAsync("/api/v1/internal/credits/refund", new { userId = user, amount = Fund, description = "load" })).EnsureSuccessStatusCode();

        var workers = Enumerable.Range(0, options.Clients).Select(_ => new Worker()).ToList();
        var next = 0;
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(workers.Select(async worker =>
        {
            while (Stopwatch.GetElapsedTime(start) < options.Duration)
            {
                var i = Interlocked.Increment(ref next) % users.Count;
                var (http, path, userId) = people.Count > 0 ? (people[i].Http, "/api/v1/credits/use", "") : (service, "/api/v1/internal/credits/use", $"\"userId\":\"{users[i]}\",");
                using var body = new StringContent($$"""{{{userId}}"amount":0.001,"appId":"chat","description":"load"}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
                await SendAsync(worker, () => http.PostAsync(path, body));
            }
        }));
        return RunResult.Of($"debits by {options.By}, {users.Count:n0} account(s), {options.Clients} connections", workers, Stopwatch.GetElapsedTime(start)) with { HostMemory = await memory.StopAsync() };
    }

    /// <summary>Reads of the caller's balance, with <c>--postings</c> in the table (made by the scenario <c>postings</c>).</summary>
    public static async Task<RunResult> BalanceAsync(LoadOptions options)
    {
        var people = await Accounts.ReuseAsync(options, options.Clients);
        using var service = Service(options);
        foreach (var person in people)
            (await service.PostAsJsonAsync("/api/v1/internal/credits/refund", new { userId = person.UserId, amount = 5, description = "load" })).EnsureSuccessStatusCode();
        var workers = people.ConvertAll(_ => new Worker());
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        // On a schedule: a closed loop would measure how busy the machine is.
        await Pace.SpreadAsync(people.Count, options.Rate, options.Duration, (client, _, _) => SendAsync(workers[client], () => people[client].Http.GetAsync("/api/v1/credits/balance")));
        return RunResult.Of($"balance, {options.Rate:n0}/s of {people.Count} people", workers, Stopwatch.GetElapsedTime(start)) with { HostMemory = await memory.StopAsync(), RateIsGiven = true };
    }

    internal static HttpClient Service(LoadOptions options)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = new Uri(options.Url) };
        http.DefaultRequestHeaders.Add("X-Service-Key", options.ServiceKey ?? throw new LoadProblem("This scenario needs --service-key."));
        return http;
    }

    static async Task SendAsync(Worker worker, Func<Task<HttpResponseMessage>> sendAsync)
    {
        var sent = Stopwatch.GetTimestamp();
        using var answer = await sendAsync();
        if (!answer.IsSuccessStatusCode)
            worker.Fail($"{answer.RequestMessage?.RequestUri?.AbsolutePath}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        else
            await answer.Content.ReadAsByteArrayAsync();
        worker.Latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
    }
}
