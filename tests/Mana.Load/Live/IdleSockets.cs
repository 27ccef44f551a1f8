using System.Diagnostics;

namespace Mana.Load.Live;

/// <summary>How long a connection takes to be of use, and what it costs the host while nothing happens.</summary>
internal static class IdleSockets
{
    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        OpenFiles.Check(options, options.Sockets);
        var accounts = await Accounts.ReuseAsync(options, Math.Min(options.Users, options.Sockets));
        var worker = new Worker();
        using var memory = await HostMemory.WatchAsync(options.Url);
        await using var pool = new SocketPool();
        var start = Stopwatch.GetTimestamp();
        await pool.FillAsync(options, accounts, options.Sockets, worker);
        var took = Stopwatch.GetElapsedTime(start);
        var opened = pool.Open;
        await Task.Delay(options.Duration);
        var left = pool.Open;
        if (left < opened)
            worker.Fail($"{opened - left:n0} of {opened:n0} sockets ended while they were idle. The first: {pool.FirstEnd}");
        var use = await memory.StopAsync();
        return RunResult.Of($"{options.Sockets:n0} idle sockets of {accounts.Count} users, connect + auth", [worker], took) with
        {
            HostMemory = use,
            Figures = new()
            {
                ["open after the idle time"] = left,
                ["host MB before"] = use.Before,
                ["after"] = use.After,
                ["KB per socket"] = left == 0 ? 0 : (use.After - use.Before) * 1024 / left,
                ["host's pings answered"] = pool.Pings,
            },
        };
    }
}
