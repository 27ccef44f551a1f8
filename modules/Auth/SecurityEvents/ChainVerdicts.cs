using System.Collections.Concurrent;
using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.SecurityEvents;

/// <summary>
/// Whether the chain of a person's events holds: no row changed, removed or slipped in since it was written. A verdict is remembered for
/// <see cref="Remembered"/>, so that a reader does not make us hash years of events with every page.
/// </summary>
internal sealed class ChainVerdicts(IServiceScopeFactory scopes, SecurityChain chain, TimeProvider time)
{
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    const int Most = 10_000;

    readonly ConcurrentDictionary<string, (bool Holds, DateTimeOffset At)> _verdicts = new(StringComparer.Ordinal);

    public async ValueTask<bool> HoldsAsync(string userId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_verdicts.TryGetValue(userId, out var verdict) && now - verdict.At < Remembered)
            return verdict.Holds;
        var holds = await VerifyAsync(userId, cancellationToken);
        if (_verdicts.Count >= Most)
            _verdicts.Clear();
        _verdicts[userId] = (holds, now);
        return holds;
    }

    /// <summary>Row by row, from the first one.</summary>
    public async Task<bool> VerifyAsync(string userId, CancellationToken cancellationToken)
    {
        var subject = chain.SubjectOf(userId);
        await using var scope = scopes.CreateAsyncScope();
        var entries = scope.ServiceProvider.GetRequiredService<AuthDbContext>().SecurityEvents.AsNoTracking()
            .Where(entry => entry.Subject == subject).OrderBy(entry => entry.Position).AsAsyncEnumerable();
        var (previous, position) = ((byte[]?)null, 0L);
        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            position++;
            if (entry.Position != position || entry.Hash is null || !chain.HashOf(previous, entry).AsSpan().SequenceEqual(entry.Hash) || !AddressHolds(entry))
                return false;
            previous = entry.Hash;
        }

        return true;
    }

    /// <summary>A shortened address is not what was digested; a full one must be.</summary>
    bool AddressHolds(SecurityEvent entry) =>
        entry.IpAddress is null || entry.IpAddress.Contains('/', StringComparison.Ordinal)
        || (entry.AddressDigest is not null && chain.DigestOf(entry.IpAddress)!.AsSpan().SequenceEqual(entry.AddressDigest));
}
