using System.Diagnostics;
using System.Threading.Channels;

namespace Mana.Load.Live;

/// <summary>
/// Device a pushes one change; how long until device b of the same person has the hint, with thousands of other sockets open? Counted from
/// just before the POST is sent. A push waits for the hint of the one before it, so that no hint is taken for another's.
/// </summary>
internal static class HintLatency
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        OpenFiles.Check(options, options.Sockets);
        var accounts = await Accounts.ReuseAsync(options, Math.Min(options.Users, options.Sockets) + 1);
        var (person, others) = (accounts[^1], accounts[..^1]);
        await using var pool = new SocketPool();
        var (opening, pushes, hinted) = (new Worker(), new Worker(), new Worker());
        await pool.FillAsync(options, others, options.Sockets - 1, opening);
        var hints = Channel.CreateUnbounded<Hint>();
        await using var deviceB = await LiveSocket.OpenAsync(new Uri(options.Url), "/ws", person.AccessToken, "device-b", hint => hints.Writer.TryWrite(hint));
        var deviceA = new SyncConnection(person, "device-a", seed: 1);
        await deviceA.PushAsync(1, null);
        await NextAsync(hints.Reader, "");

        var (random, stray) = (new Random(1), 0);
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < options.Duration)
        {
            await Task.Delay(random.Next(20, 50));
            while (hints.Reader.TryRead(out _))
                stray++;
            var known = deviceA.SyncedUntil;
            var sent = Stopwatch.GetTimestamp();
            var pushing = deviceA.PushAsync(1, pushes);
            if (await NextAsync(hints.Reader, known) is { } hint)
                hinted.Latencies.Add(Stopwatch.GetElapsedTime(sent, hint.ArrivedAt).TotalMilliseconds);
            else
                hinted.Fail("A push was followed by no hint within 5 s." + (deviceB.Ended is { } end ? " Device b: " + end : ""));
            await pushing;
        }

        var took = Stopwatch.GetElapsedTime(start);
        var pushed = RunResult.Of("", [pushes], took);
        var result = RunResult.Of($"hint at the other device, {pool.Open + 1:n0} sockets open", [hinted], took);
        return result with
        {
            Changes = pushed.Changes,
            Errors = result.Errors + pushed.Errors + opening.Errors,
            FirstFailure = result.FirstFailure ?? pushed.FirstFailure ?? opening.FirstFailure,
            RateIsGiven = true,
            HostMemory = await memory.StopAsync(),
            Figures = new() { ["answer to the push p50 ms"] = pushed.P50, ["p99 ms"] = pushed.P99, ["hint max ms"] = result.Max, ["hints beyond one per push"] = stray },
        };
    }

    /// <summary>The first hint beyond <paramref name="known"/>; a host that does not say how far it is is taken at its word.</summary>
    static async Task<Hint?> NextAsync(ChannelReader<Hint> hints, string known)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (true)
                if (await hints.ReadAsync(patience.Token) is var hint && (hint.SyncedUntil is null || string.CompareOrdinal(hint.SyncedUntil, known) > 0))
                    return hint;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
