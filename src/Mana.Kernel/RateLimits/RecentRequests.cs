using System.Threading.RateLimiting;

namespace Mana.Kernel.RateLimits;

/// <summary>
/// Never more than so many requests in any window, wherever it begins, and the moment of the next one is known: the framework's own sliding window cannot tell it. Remembers when each of the last
/// requests was let through; for small numbers.
/// </summary>
internal sealed class RecentRequests(int permits, TimeSpan window, TimeProvider time) : RateLimiter
{
    readonly Lock _lock = new();
    readonly Queue<long> _granted = new();
    long _last = time.GetTimestamp();

    public override TimeSpan? IdleDuration
    {
        get
        {
            lock (_lock)
            {
                Forget(time.GetTimestamp());
                return _granted.Count == 0 ? time.GetElapsedTime(_last) : null;
            }
        }
    }

    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            Forget(now);
            if (_granted.Count + permitCount > permits)
                return new Refused(window - time.GetElapsedTime(_granted.Peek(), now));
            for (var i = 0; i < permitCount; i++)
                _granted.Enqueue(now);
            _last = now;
            return Granted.One;
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => new(AttemptAcquireCore(permitCount));

    void Forget(long now)
    {
        while (_granted.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) >= window)
            _granted.Dequeue();
    }

    sealed class Granted : RateLimitLease
    {
        public static readonly Granted One = new();

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }

    sealed class Refused(TimeSpan until) : RateLimitLease
    {
        public override bool IsAcquired => false;

        public override IEnumerable<string> MetadataNames => [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? until : null;
            return metadata is not null;
        }
    }
}
