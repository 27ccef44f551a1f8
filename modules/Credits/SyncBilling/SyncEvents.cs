using Mana.Kernel.Outbox;

namespace Mana.Credits.SyncBilling;

/// <summary>Credits came in for somebody whose sync is paused; written by <c>credits.post</c>.</summary>
internal sealed record PausedSyncFunded(string UserId) : IManaEvent
{
    public static string Name => "credits.paused_sync_funded";
}

internal sealed class PausedSyncEvents(SyncRenewals renewals) : IManaEventHandler<PausedSyncFunded>
{
    public async Task HandleAsync(PausedSyncFunded happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await renewals.ResumeAsync(happened.UserId, cancellationToken) == RenewalOutcome.Error)
            throw new InvalidOperationException("The row was busy; the event comes again.");
    }
}

/// <summary>Somebody must be told about their sync.</summary>
/// <param name="Kind"><c>grace</c>, <c>paused</c> or <c>resumed</c>.</param>
internal sealed record SyncNotice(string UserId, string Kind, DateTimeOffset At, DateTimeOffset? Until) : IManaEvent
{
    public static string Name => "credits.sync_notice";
}
