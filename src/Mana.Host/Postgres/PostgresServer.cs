using System.Diagnostics;
using Npgsql;

namespace Mana.Host.Postgres;

/// <summary>How waiting for a server ended.</summary>
internal enum Readiness
{
    Accepting,
    Gone,
    StillStarting,
}

/// <summary>Starts, awaits and stops the server process of one home.</summary>
internal sealed class PostgresServer(PostgresHome home, PostgresAccount account, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    /// <summary>Starts the postmaster as a child and waits for it; only when no server runs, and under the host lock.</summary>
    /// <exception cref="InvalidOperationException">It ended at once; the message holds the end of its log.</exception>
    /// <exception cref="TimeoutException">It has not opened within 30 s; it is left running, since a long recovery must be able to finish.</exception>
    public async Task<Postmaster> StartAsync(PostgresBinaries binaries, EmbeddedPostgresOptions options, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            await Postmaster.ClearStaleAsync(home, cancel);
            var sockets = await PostgresSocket.CreateAsync(home, account, cancel);
            await PostgresLog.PrepareAsync(home, account, cancel);
            var logged = PostgresLog.Position(home);
            using var child = Process.Start(account.Command("/bin/sh", Arguments(binaries, options, sockets)))
                ?? throw new InvalidOperationException("/bin/sh could not be started.");
            var postmaster = new Postmaster(child.Id, sockets);
            var ready = await WaitAsync(postmaster, () => Task.FromResult(!child.HasExited), start, cancel);
            if (ready == Readiness.Accepting)
                return postmaster;
            if (ready == Readiness.StillStarting)
                throw new TimeoutException($"PostgreSQL has not accepted a connection within {StartLimit.TotalSeconds} s and keeps starting; its log is {home.LogFile}. "
                    + "Start the host again later: it will use the server that is starting now.");

            var tail = PostgresLog.Tail(home, logged);
            PostgresSocket.DeleteTemporary(sockets);
            // Backends of a killed postmaster need a moment to notice; until then they hold the shared memory.
            if (!tail.Contains("is still in use", StringComparison.Ordinal) || time.GetElapsedTime(start) > StartLimit)
                throw new InvalidOperationException($"PostgreSQL ended while starting (exit code {child.ExitCode}). The end of {home.LogFile}:\n{tail}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancel);
        }
    }

    /// <summary>Waits for a server that this call did not start.</summary>
    public async Task<Readiness> WaitAsync(Postmaster found, CancellationToken cancel)
    {
        return await WaitAsync(found, IsAliveAsync, time.GetTimestamp(), cancel);

        async Task<bool> IsAliveAsync() => (await Postmaster.FindAsync(home, cancel))?.Pid == found.Pid;
    }

    /// <summary>Fast shutdown: open transactions are rolled back, what was committed is on disk. Waits at most 20 s, then says so.</summary>
    public async Task StopAsync(PostgresBinaries binaries)
    {
        var running = await Postmaster.FindAsync(home, CancellationToken.None);
        if (running is null)
            return;
        var stopped = await account.RunAsync(binaries.PgCtl, ["stop", "-D", home.Cluster, "-m", "fast", "-w", "-t", "20"], CancellationToken.None);
        if (stopped.Succeeded)
            PostgresSocket.DeleteTemporary(running.Sockets);
        else if (await Postmaster.FindAsync(home, CancellationToken.None) is { } still)
            logger.LogError("PostgreSQL (pid {Pid}) did not stop within 20 s and is left to itself: {Answer}", still.Pid, stopped.Output.Trim());
    }

    private static string[] SessionLeader()
    {
        // Ctrl+C signals every process of the terminal's group. In a session of its own, PostgreSQL is not hit and
        // outlives the requests that the host still drains. macOS has no setsid command, but perl.
        if (((string[])["/usr/bin/setsid", "/bin/setsid"]).FirstOrDefault(File.Exists) is { } setsid)
            return [setsid];
        return File.Exists("/usr/bin/perl") ? ["/usr/bin/perl", "-MPOSIX=setsid", "-e", "setsid(); exec { $ARGV[0] } @ARGV", "--"] : [];
    }

    private List<string> Arguments(PostgresBinaries binaries, EmbeddedPostgresOptions options, string sockets)
    {
        // The shell only ties the log to the streams; each exec keeps the pid, so the child that .NET knows becomes the postmaster.
        List<string> arguments = ["-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", home.LogFile, .. SessionLeader(), binaries.Postgres, "-D", home.Cluster, "-k", sockets];
        foreach (var (name, value) in options.ServerSettings())
            arguments.AddRange(["-c", $"{name}={value}"]);
        return arguments;
    }

    private async Task<Readiness> WaitAsync(Postmaster postmaster, Func<Task<bool>> isAlive, long start, CancellationToken cancel)
    {
        var pause = TimeSpan.FromMilliseconds(20);
        while (time.GetElapsedTime(start) < StartLimit)
        {
            var sockets = postmaster.Sockets ?? (await Postmaster.FindAsync(home, cancel))?.Sockets;
            if (sockets is not null && await AcceptsAsync(sockets, cancel))
                return Readiness.Accepting;
            if (!await isAlive())
                return Readiness.Gone;
            await Task.Delay(pause, time, cancel);
            pause = pause * 2 < TimeSpan.FromMilliseconds(250) ? pause * 2 : TimeSpan.FromMilliseconds(250);
        }

        return Readiness.StillStarting;
    }

    private static async Task<bool> AcceptsAsync(string sockets, CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(PostgresConnection.To(sockets, "postgres", pooling: false));
            await connection.OpenAsync(cancel);
            return true;
        }
        catch (PostgresException e)
        {
            // Any other answer comes from a server that is up, such as "too many connections" when sharing.
            return !string.Equals(e.SqlState, PostgresErrorCodes.CannotConnectNow, StringComparison.Ordinal);
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
