using System.Diagnostics;
using System.Threading.RateLimiting;
using Mana.Auth.Data;
using Microsoft.AspNetCore.Identity;

namespace Mana.Auth.Passwords;

/// <summary>
/// Keeps password hashing from taking every processor and all memory: as many at once as there are processors and as fit into a quarter of
/// the memory, a short queue, and beyond it a refusal rather than a queue without end (auth.md 5.4).
/// </summary>
internal sealed class HashingGate : IDisposable
{
    public const int RetryAfterSeconds = 2;
    const int LongestQueuePerRunning = 32;
    const int ShortestQueuePerRunning = 2;
    const int ShareOfMemory = 4;

    /// <summary>How long whoever is let in waits at most for the turn; who would wait longer is better told to come again.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(800);

    readonly ConcurrencyLimiter _limiter;
    readonly IPasswordHasher<User> _hasher;
    readonly User _nobody;
    readonly string _nobodysHash;

    public HashingGate(AuthOptions options, IPasswordHasher<User> hasher, TimeProvider time)
    {
        var running = options.HashingConcurrency > 0 ? options.HashingConcurrency : Fitting(Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        _hasher = hasher;
        _nobody = new User { Name = "", CreatedAt = time.GetUtcNow(), UpdatedAt = time.GetUtcNow() };
        _nobodysHash = hasher.HashPassword(_nobody, "");
        _limiter = new ConcurrencyLimiter(new()
        {
            PermitLimit = running,
            QueueLimit = options.HashingQueue > 0 ? options.HashingQueue : running * QueuePerRunning(OneHash()),
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    /// <summary>At least one; each may be a hash of the original, which takes 32 MiB.</summary>
    public static int Fitting(int processors, long memoryInBytes) =>
        (int)Math.Clamp(memoryInBytes / ShareOfMemory / LegacyScrypt.MemoryInBytes, 1, Math.Max(1, processors));

    /// <summary>As many as one processor hashes within <see cref="Patience"/>, so that the queue is short on a slow machine.</summary>
    public static int QueuePerRunning(TimeSpan oneHash) =>
        (int)Math.Clamp(Patience / oneHash, ShortestQueuePerRunning, LongestQueuePerRunning);

    /// <summary>The better of two: a start is a busy time.</summary>
    TimeSpan OneHash() => Enumerable.Range(0, 2).Min(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        VerifyNothing("");
        return Stopwatch.GetElapsedTime(start);
    });

    /// <summary>Dispose the lease when the hash is done; without <see cref="RateLimitLease.IsAcquired"/> do not hash.</summary>
    public ValueTask<RateLimitLease> EnterAsync(CancellationToken cancellationToken) => _limiter.AcquireAsync(1, cancellationToken);

    /// <summary>Takes as long as a real verification, so that timing does not tell which addresses have an account (auth.md 5.3).</summary>
    public void VerifyNothing(string password) => _hasher.VerifyHashedPassword(_nobody, _nobodysHash, password);

    public void Dispose() => _limiter.Dispose();
}
