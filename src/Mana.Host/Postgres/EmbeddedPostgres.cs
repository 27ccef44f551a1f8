namespace Mana.Host.Postgres;

/// <summary>
/// A PostgreSQL of the host's own, for one box without one. Exactly one host owns the server and stops it; further hosts on the
/// same directory share it while the owner runs. A server whose owner was killed is adopted by the next host.
/// </summary>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    private readonly PostgresHome _home;
    private readonly PostgresBinaries _binaries;
    private readonly PostgresServer _server;
    private readonly HostOwnership _ownership;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    private EmbeddedPostgres(PostgresHome home, PostgresBinaries binaries, PostgresAccount account, ILogger logger, TimeProvider time)
    {
        _home = home;
        _binaries = binaries;
        _server = new PostgresServer(home, account, logger, time);
        _ownership = new HostOwnership(home.OwnerFile);
        _logger = logger;
        _time = time;
    }

    /// <summary>For Npgsql: superuser <c>postgres</c>, database <c>mana</c>, through the private socket.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The pid of the postmaster.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Where the data really is; differs from the wanted directory when that could not be reached as PostgreSQL's user.</summary>
    public string DataDirectory => _home.Root;

    /// <summary>Whether disposing stops the server.</summary>
    public bool IsOwner => _ownership.IsOurs;

    /// <summary>Starts the server of the directory, or shares or adopts the one that runs; returns when it accepts connections.</summary>
    /// <exception cref="InvalidOperationException">No binaries, a data directory that is not ours, or a server that will not start; the message says what to do.</exception>
    /// <exception cref="TimeoutException">The server does not accept connections within 30 s, or another host blocks the directory.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(
        EmbeddedPostgresOptions options, ILogger logger, TimeProvider time, CancellationToken cancel)
    {
        var account = await PostgresAccount.ResolveAsync(cancel);
        var home = await PostgresHome.PrepareAsync(options.DataDirectory, account, logger, cancel);
        await using var turn = await HostLock.AcquireAsync(home.LockFile, time, cancel);
        var binaries = await PostgresBinaries.FindAsync(options, home.ClusterMajor, cancel);
        var postgres = new EmbeddedPostgres(home, binaries, account, logger, time);
        try
        {
            var postmaster = await postgres.UseRunningAsync(cancel) ?? await postgres.StartNewAsync(options, account, cancel);
            var sockets = postmaster.Sockets ?? throw new InvalidOperationException("The running PostgreSQL has no Unix socket.");
            await PostgresConnection.EnsureDatabaseAsync(sockets, cancel);
            postgres.ProcessId = postmaster.Pid;
            postgres.ConnectionString = PostgresConnection.To(sockets, PostgresConnection.Database);
            return postgres;
        }
        catch (Exception e) when (e is not TimeoutException && postgres.IsOwner)
        {
            await postgres.StopAsync();
            throw;
        }
    }

    /// <summary>Stops the server when this host owns it, however many others share it; waits at most 20 s. Never throws for a server that will not stop.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!IsOwner)
            return;
        try
        {
            await using var turn = await HostLock.AcquireAsync(_home.LockFile, _time, CancellationToken.None);
            // Another host may have taken over while we waited for our turn.
            if (IsOwner)
                await StopAsync();
        }
        catch (TimeoutException e)
        {
            _logger.LogError(e, "PostgreSQL was not stopped");
        }
    }

    private async Task<Postmaster?> UseRunningAsync(CancellationToken cancel)
    {
        if (await Postmaster.FindAsync(_home, cancel) is not { } running)
            return null;
        var owner = await _ownership.LivingOwnerAsync(cancel);
        if (owner is null)
            await _ownership.ClaimAsync(cancel);
        switch (await _server.WaitAsync(running, cancel))
        {
            case Readiness.Accepting:
                if (owner is null)
                    _logger.LogInformation("Adopted the PostgreSQL (pid {Pid}) that a killed host left running", running.Pid);
                else
                    _logger.LogInformation("Sharing the PostgreSQL (pid {Pid}) of the host with pid {Owner}", running.Pid, owner);
                return await Postmaster.FindAsync(_home, cancel);
            case Readiness.StillStarting:
                throw new TimeoutException($"The running PostgreSQL (pid {running.Pid}) does not accept connections; its log is {_home.LogFile}.");
            case Readiness.Gone:
            default:
                return null;
        }
    }

    private async Task<Postmaster> StartNewAsync(EmbeddedPostgresOptions options, PostgresAccount account, CancellationToken cancel)
    {
        await PostgresCluster.EnsureAsync(_home, _binaries, account, options.Durable, _logger, cancel);
        // Before the start: killed in between, we leave a dead owner, and the next host adopts.
        await _ownership.ClaimAsync(cancel);
        var started = await _server.StartAsync(_binaries, options, cancel);
        _logger.LogInformation("Started PostgreSQL {Major} (pid {Pid}) as {User} on {Directory}", _binaries.Major, started.Pid, account.Name, _home.Cluster);
        return started;
    }

    private async Task StopAsync()
    {
        await _server.StopAsync(_binaries);
        _ownership.Release();
    }
}
