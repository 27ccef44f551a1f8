using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Mana.Devices;

namespace Mana.Load.Identity;

/// <summary>
/// Sign-ins at four times the rate that the machine can hash. Whoever is let in must not wait long, everybody else is told when to come again,
/// and the host does not grow.
/// </summary>
internal static class LoginStorm
{
    const double Overload = 4;

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var ceiling = HashCeiling.Measure(TimeSpan.FromSeconds(3));
        var rate = Overload * ceiling;
        var connections = await SyncConnection.OpenAsync(options, options.Clients);
        var workers = connections.ConvertAll(_ => new Worker());
        var (next, refused) = (-1, 0);
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(connections.Zip(workers, async (connection, worker) =>
        {
            while (Interlocked.Increment(ref next) is var turn && turn < rate * options.Duration.TotalSeconds)
            {
                await Pace.UntilAsync(Pace.After(start, TimeSpan.FromSeconds(turn / rate)));
                var sent = Stopwatch.GetTimestamp();
                using var answer = await connection.Account.Http.PostAsJsonAsync("/api/v1/auth/login", new { email = connection.Account.Email, password = Account.Password, deviceId = "load" });
                if (answer.StatusCode == HttpStatusCode.OK)
                    worker.Latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                else if (answer is { StatusCode: HttpStatusCode.TooManyRequests, Headers.RetryAfter: not null })
                    Interlocked.Increment(ref refused);
                else
                    worker.Fail($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }));
        return RunResult.Of($"sign-ins at {Overload} times the hash ceiling, {options.Clients} at once: those let in", workers, Stopwatch.GetElapsedTime(start)) with
        {
            HostMemory = await memory.StopAsync(),
            RateIsGiven = true,
            Figures = new() { ["bare hashes/s"] = ceiling, ["asked/s"] = rate, ["refused with Retry-After"] = refused },
        };
    }
}
