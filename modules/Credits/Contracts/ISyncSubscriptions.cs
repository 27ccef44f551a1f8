using Mana.Kernel.Outbox;

namespace Mana.Credits.Contracts;

/// <summary>The recurring debit for Cloud Sync (commerce.md 4.5).</summary>
public interface ISyncSubscriptions
{
    /// <summary>Whether this person may sync now: paid, in grace, or given for free.</summary>
    ValueTask<bool> IsActiveAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>Someone got or lost the right to sync. Committed together with the change.</summary>
public sealed record SyncEntitlementChanged(string UserId, bool Active) : IManaEvent
{
    public static string Name => "credits.sync_entitlement_changed";
}
