using Mana.Kernel.Errors;

namespace Mana.Sync.Wire;

/// <summary>
/// What bodies of requests under way may take of this host's memory, together and for each person. Only bytes that have arrived count, not
/// those that were announced: a client that says ten megabytes and sends one byte a second takes a small block.
/// </summary>
internal sealed class BodyBudget(TimeProvider time)
{
    /// <summary>A fifth of what the heap may hold in the compose file.</summary>
    public const long Most = 64 * 1024 * 1024;

    /// <summary>The largest body fits, with the block that it has just outgrown.</summary>
    public const long MostPerUser = 24 * 1024 * 1024;

    /// <summary>Requests of one person whose bodies are read or stored at the same time: as many as the rate limit lets come at once, several devices with all their apps.</summary>
    public const int RequestsPerUser = 64;

    /// <summary>A body of more than one block must have arrived by then: what it holds is missing to others.</summary>
    public static readonly TimeSpan LargeBodyWithin = TimeSpan.FromMinutes(2);

    public static readonly ApiError TooSlow = new(408, "request_timeout", "The request body did not arrive in time; send smaller batches over this connection.");

    public static readonly ApiError TooManyAtOnce = new(429, "rate_limited", "Too many changesets of this account at once on this connection; try again shortly.")
    {
        RetryAfterSeconds = 1,
    };

    readonly TimeProvider _time = time;
    readonly Lock _lock = new();
    readonly Dictionary<string, Usage> _users = new(StringComparer.Ordinal);
    long _taken;

    public long Taken
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    /// <summary>Null when this person has too many requests under way.</summary>
    public Share? For(string userId)
    {
        lock (_lock)
        {
            var usage = _users.GetValueOrDefault(userId);
            if (usage.Requests >= RequestsPerUser)
                return null;
            _users[userId] = usage with { Requests = usage.Requests + 1 };
            return new Share(this, userId);
        }
    }

    ApiError? Take(string userId, long bytes)
    {
        lock (_lock)
        {
            var usage = _users[userId];
            if (usage.Bytes + bytes > MostPerUser)
                return TooManyAtOnce;
            if (_taken + bytes > Most)
                return Refusals.Unavailable;
            Add(userId, usage, bytes);
            return null;
        }
    }

    void Return(string userId, long bytes)
    {
        lock (_lock)
            Add(userId, _users[userId], -bytes);
    }

    void Add(string userId, Usage usage, long bytes)
    {
        _taken += bytes;
        _users[userId] = usage with { Bytes = usage.Bytes + bytes };
    }

    void End(string userId)
    {
        lock (_lock)
        {
            if (_users[userId] is { Requests: > 1 } usage)
                _users[userId] = usage with { Requests = usage.Requests - 1 };
            else
                _users.Remove(userId);
        }
    }

    /// <summary>Of one request; whatever it took is given back before it is disposed.</summary>
    internal sealed class Share(BodyBudget budget, string userId) : IDisposable
    {
        /// <summary>Null when the bytes were given, else the refusal.</summary>
        public ApiError? Take(long bytes) => budget.Take(userId, bytes);

        /// <summary>Cancelled when a large body has taken too long from now on.</summary>
        public CancellationTokenSource Deadline() => new(LargeBodyWithin, budget._time);

        public void Return(long bytes) => budget.Return(userId, bytes);

        public void Dispose() => budget.End(userId);
    }

    readonly record struct Usage(int Requests, long Bytes);
}
