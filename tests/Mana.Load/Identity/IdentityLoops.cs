using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Mana.Devices;

namespace Mana.Load.Identity;

/// <summary>What every request and every quarter of an hour of a session cost: tokens judged, refreshed, and obtained by password.</summary>
internal static class IdentityLoops
{
    /// <summary>
    /// A guarded route whose handler does nothing: without its parameter it refuses after the token was judged and before anything is read.
    /// A route only for measuring would measure itself.
    /// </summary>
    const string Noop = "/sync/todo/pull";

    /// <summary>Every client refreshes its own session, over and over.</summary>
    public static async Task<RunResult> RefreshAsync(LoadOptions options)
    {
        var accounts = await OpenAsync(options);
        return await LoopAsync($"refresh, {options.Clients} sessions", options, accounts, async (account, worker) =>
        {
            using var answer = await account.Http.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken = account.RefreshToken });
            if (answer.IsSuccessStatusCode)
                await account.TakeAsync(answer.Content);
            else
                await FailAsync(worker, answer);
        });
    }

    /// <summary>The price of a Bearer token.</summary>
    public static async Task<RunResult> NoopAsync(LoadOptions options)
    {
        var accounts = await OpenAsync(options);
        return await LoopAsync($"guarded no-op, {options.Clients} connections", options, accounts, async (account, worker) =>
        {
            using var answer = await account.Http.GetAsync(Noop);
            if (answer.StatusCode != HttpStatusCode.BadRequest)
                await FailAsync(worker, answer);
        });
    }

    /// <summary>Sign-ins beside the number of bare hashes that this machine computes, both with all its processors.</summary>
    public static async Task<RunResult> LoginAsync(LoadOptions options)
    {
        var ceiling = HashCeiling.Measure(TimeSpan.FromSeconds(3));
        var accounts = await OpenAsync(options);
        var result = await LoopAsync($"sign-in by password, {options.Clients} connections", options, accounts, async (account, worker) =>
        {
            using var answer = await account.Http.PostAsJsonAsync("/api/v1/auth/login", new { email = account.Email, password = Account.Password, deviceId = "load" });
            if (!answer.IsSuccessStatusCode)
                await FailAsync(worker, answer);
        });
        return result with
        {
            Figures = new() { ["bare hashes/s"] = ceiling, ["share of the ceiling"] = (result.Requests - result.Errors) / result.Seconds / ceiling },
        };
    }

    static async Task<List<Account>> OpenAsync(LoadOptions options)
    {
        var connections = await SyncConnection.OpenAsync(options, options.Clients);
        return connections.ConvertAll(connection => connection.Account);
    }

    static async Task<RunResult> LoopAsync(string name, LoadOptions options, List<Account> accounts, Func<Account, Worker, Task> turn)
    {
        var workers = accounts.ConvertAll(_ => new Worker());
        await Task.WhenAll(accounts.Select(account => turn(account, new Worker())));
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(accounts.Zip(workers, async (account, worker) =>
        {
            while (Stopwatch.GetElapsedTime(start) < options.Duration)
            {
                var sent = Stopwatch.GetTimestamp();
                await turn(account, worker);
                worker.Latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }));
        return RunResult.Of(name, workers, Stopwatch.GetElapsedTime(start)) with { HostMemory = await memory.StopAsync() };
    }

    static async Task FailAsync(Worker worker, HttpResponseMessage answer) =>
        worker.Fail($"{answer.RequestMessage?.RequestUri?.AbsolutePath}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
}
