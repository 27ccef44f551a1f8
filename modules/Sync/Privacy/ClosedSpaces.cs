using Mana.Auth.Contracts;
using Mana.Kernel.Jobs;
using Mana.Sync.Internal;
using Mana.Sync.Spaces;

namespace Mana.Sync.Privacy;

/// <summary>
/// Purges what deleted spaces held (sync.md 19, rule 6): some time after the deletion, so that an operator who is asked in time can still
/// help.
/// </summary>
internal sealed class ClosedSpaces(RecordReader reader, ISpaceDirectory directory, ScopeErasure erasure, SyncOptions options, TimeProvider time) : IManaJob
{
    public Task RunAsync(CancellationToken cancellationToken) => PurgeAsync(time.GetUtcNow() - TimeSpan.FromDays(options.HistoryDays), cancellationToken);

    /// <summary>Returns how many spaces were purged.</summary>
    public async Task<int> PurgeAsync(DateTimeOffset deletedBefore, CancellationToken cancellationToken)
    {
        var purged = 0;
        for (var after = 0L; await reader.NextScopeAsync(after, cancellationToken) is { } scope; after = scope.Id)
        {
            if (ScopeNames.SpaceIdOf(scope.Name) is not { } space || await directory.DeletedAtAsync(space, cancellationToken) is not { } deleted || deleted > deletedBefore)
                continue;
            await erasure.RemoveScopeAsync(scope.Name, cancellationToken);
            purged++;
        }

        return purged;
    }
}
