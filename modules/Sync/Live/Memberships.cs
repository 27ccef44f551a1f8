using Mana.Kernel.Stopping;
using Mana.Sync.Spaces;
using Microsoft.Extensions.Logging;

namespace Mana.Sync.Live;

/// <summary>
/// Brings what connected people may hear of up to date with the directory of spaces, one person after the other in the background, until
/// it succeeds. Level-triggered: asking twice for the same person is asking once.
/// </summary>
internal sealed class Memberships(Connections connections, Tenancy tenancy, MissedTables missed, TimeProvider time, ILogger<Memberships> log) : Worker
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>After a loss of notifications everybody is due; pushes and pulls go on meanwhile.</summary>
    const int AtOnce = 4;

    readonly Lock _lock = new();
    readonly SemaphoreSlim _wake = new(0);
    readonly Dictionary<string, long?> _due = new(StringComparer.Ordinal);

    public void Refresh(string userId) => Refresh([userId], null);

    /// <summary>Everyone who is connected; their sockets get hints for what was written after <paramref name="since"/> as well.</summary>
    public void RefreshAll(long since) =>
        Refresh(connections.All().Select(connection => connection.Identity?.UserId).OfType<string>().Distinct(StringComparer.Ordinal), since);

    /// <summary>Asks the directory about one connection (a cached answer will do) and moves it to where it belongs.</summary>
    public async Task RefreshAsync(ILiveConnection connection, CancellationToken cancellationToken)
    {
        if (connection.Identity is not { } current)
            return;
        var tenant = await tenancy.OfAsync(current.UserId, cancellationToken);
        if (SameScopes(tenant, current.Tenant))
            return;
        var roster = connection is Streams.StreamConnection ? connections.Streams : connections.Sockets;
        if (roster.TryReplace(connection, current, current with { Tenant = tenant }))
            connection.Regrouped(current.Tenant);
    }

    void Refresh(IEnumerable<string> users, long? since)
    {
        lock (_lock)
        {
            foreach (var user in users)
                _due[user] = since is { } position && _due.GetValueOrDefault(user) is { } earlier ? Math.Min(position, earlier) : since ?? _due.GetValueOrDefault(user);
        }

        _wake.Release();
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await _wake.WaitAsync(stoppingToken);
            var some = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken };
            await Parallel.ForEachAsync(TakeDue(), some, async (due, cancellationToken) => await TryRefreshAsync(due.Key, due.Value, cancellationToken));
        }
    }

    async Task TryRefreshAsync(string user, long? since, CancellationToken cancellationToken)
    {
        try
        {
            await RefreshUserAsync(user, since, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("The memberships of a connected user could not be read ({Kind}); trying again", exception.GetType().Name);
            await Task.Delay(Pause, time, cancellationToken);
            Refresh([user], since);
        }
    }

    async Task RefreshUserAsync(string user, long? since, CancellationToken cancellationToken)
    {
        var sockets = connections.Sockets.OfUser(user);
        var before = sockets.Select(socket => socket.Identity?.Tenant).FirstOrDefault(tenant => tenant is not null);
        foreach (var connection in connections.OfUser(user))
            await RefreshAsync(connection, cancellationToken);
        if (before is null)
            return;
        var now = await tenancy.OfAsync(user, cancellationToken);
        // The history of a space that was joined is news to sockets, too.
        var joined = now.Scopes.Where(scope => !before.Scopes.Any(earlier => earlier.Name == scope.Name && earlier.Key == scope.Key));
        await missed.HintAsync(sockets, now, scope => joined.Contains(scope) ? 0 : since ?? long.MaxValue, cancellationToken);
    }

    List<KeyValuePair<string, long?>> TakeDue()
    {
        lock (_lock)
        {
            var due = _due.ToList();
            _due.Clear();
            return due;
        }
    }

    static bool SameScopes(Tenant one, Tenant other) =>
        ReferenceEquals(one, other) || one.Scopes.SequenceEqual(other.Scopes);
}
