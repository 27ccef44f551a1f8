using System.Data.Common;
using Mana.Kernel.Stopping;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Keys;

/// <summary>No key is cached and none could be read. The inner exception is the broken infrastructure, so it maps to 503.</summary>
internal sealed class KeysUnavailableException(Exception inner) : Exception("The signing keys could not be read.", inner);

/// <summary>
/// The keys in this process. A filled ring answers without the database for as long as it must; what it does not know it asks
/// for at most once per <see cref="ReloadInterval"/>, one question at a time, so that garbage tokens cost nothing (auth.md 25).
/// </summary>
internal sealed class SigningKeyRing(ISigningKeySource source, TimeProvider time, ILogger<SigningKeyRing> log)
{
    public static readonly TimeSpan ReloadInterval = TimeSpan.FromSeconds(10);

    /// <summary>An empty ring is an outage, so it asks more often.</summary>
    public static readonly TimeSpan EmptyReloadInterval = TimeSpan.FromSeconds(1);

    /// <summary>After this a set is renewed behind the requests' back: that is how keys changed by another host arrive.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(1);

    static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(5);

    readonly Lock _gate = new();
    volatile KeySet? _current;
    Task _reload = Task.CompletedTask;
    DateTimeOffset _attemptedAt = DateTimeOffset.MinValue;
    Exception _failure = new TimeoutException();

    /// <summary>What is in memory, for metrics.</summary>
    public KeySet? Known => _current;

    /// <summary>Throws <see cref="KeysUnavailableException"/> when there are no keys at all.</summary>
    public async ValueTask<KeySet> CurrentAsync(CancellationToken cancellationToken)
    {
        if (_current is { } current)
        {
            if (time.GetUtcNow() - current.LoadedAt >= StaleAfter)
                _ = TryReload();
            return current;
        }

        await TryReload().WaitAsync(cancellationToken);
        return _current ?? throw new KeysUnavailableException(_failure);
    }

    /// <summary>Null when no published key has this id. Throws <see cref="KeysUnavailableException"/> like <see cref="CurrentAsync"/>.</summary>
    public async ValueTask<ISignatureKey?> FindAsync(string kid, CancellationToken cancellationToken)
    {
        var current = await CurrentAsync(cancellationToken);
        if (current.Find(kid) is { } known)
            return known;
        await TryReload().WaitAsync(cancellationToken);
        return _current!.Find(kid);
    }

    /// <summary>After this host has changed the keys: what was being read meanwhile may be from before.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _reload.WaitAsync(cancellationToken);
        lock (_gate)
            _attemptedAt = DateTimeOffset.MinValue;
        await TryReload().WaitAsync(cancellationToken);
    }

    /// <summary>Joins the reload under way, starts one, or does nothing when the last attempt is too recent. The task never fails for broken infrastructure.</summary>
    Task TryReload()
    {
        lock (_gate)
        {
            if (!_reload.IsCompleted)
                return _reload;
            var now = time.GetUtcNow();
            // A clock that was set back must not keep us from asking until it is there again.
            if ((now - _attemptedAt).Duration() < (_current is null ? EmptyReloadInterval : ReloadInterval))
                return Task.CompletedTask;
            _attemptedAt = now;
            // Off this thread: the lock must not be held while the source runs.
            return _reload = Task.Run(ReloadAsync);
        }
    }

    async Task ReloadAsync()
    {
        // Not the caller's token: others wait for the same answer.
        using var timeout = new Patience(LoadTimeout);
        try
        {
            _current = new KeySet(await source.LoadAsync(timeout.Token), time.GetUtcNow());
        }
        catch (Exception exception) when (IsBrokenInfrastructure(exception))
        {
            _failure = exception is OperationCanceledException ? new TimeoutException("The key source did not answer in time.", exception) : exception;
            // A question that ran out of time has been the pause before the next, also by a clock that stands still.
            if (_current is null && (exception is OperationCanceledException || timeout.IsOver))
                lock (_gate)
                    _attemptedAt = DateTimeOffset.MinValue;
            log.LogWarning("The signing keys could not be read ({Kind}); {Consequence}", exception.GetType().Name, _current is null ? "none are cached" : "serving the cached ones");
        }
        catch (Exception exception)
        {
            log.LogError(exception, "The signing keys are unusable");
            throw;
        }
    }

    /// <summary>EF Core wraps what it takes for transient in an InvalidOperationException.</summary>
    static bool IsBrokenInfrastructure(Exception? exception) =>
        exception is DbException or TimeoutException or OperationCanceledException || (exception?.InnerException is { } inner && IsBrokenInfrastructure(inner));
}
