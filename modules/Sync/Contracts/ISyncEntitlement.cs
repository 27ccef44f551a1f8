namespace Mana.Sync.Contracts;

/// <summary>
/// Who may sync (sync.md 5). The ledger answers it, or a switch, the same for everybody. May throw or take long: the gate
/// then lets people in, and stops asking for some seconds.
/// </summary>
public interface ISyncEntitlement
{
    /// <summary>Whether the user's sync subscription is active, or given for free.</summary>
    ValueTask<bool> IsActiveAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>For whoever changes entitlements: without it a change is noticed within a minute, with it at once and on every host.</summary>
public interface ISyncEntitlementChanges
{
    /// <summary>Call after the commit. Running streams of someone who lost the entitlement end with a <c>closed</c> event.</summary>
    Task ChangedAsync(string userId, CancellationToken cancellationToken);
}
