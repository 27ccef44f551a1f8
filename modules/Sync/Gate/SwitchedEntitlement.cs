using Mana.Credits.Contracts;
using Mana.Kernel.Outbox;
using Mana.Sync.Contracts;
using Microsoft.Extensions.Hosting;

namespace Mana.Sync.Gate;

/// <summary><c>SYNC_BILLING_GATE</c>: the ledger decides per person, or one answer for everybody. Unset: open in Development, the ledger elsewhere.</summary>
internal sealed class SwitchedEntitlement(SyncOptions options, IHostEnvironment environment, ISyncSubscriptions subscriptions) : ISyncEntitlement
{
    readonly string _gate = options.BillingGate is { Length: > 0 } gate ? gate : environment.IsDevelopment() ? "open" : "ledger";

    public ValueTask<bool> IsActiveAsync(string userId, CancellationToken cancellationToken) =>
        _gate == "ledger" ? subscriptions.IsActiveAsync(userId, cancellationToken) : ValueTask.FromResult(_gate == "open");
}

/// <summary>Somebody paid, was paused, or was given sync: every host forgets its answer at once.</summary>
internal sealed class EntitlementEvents(ISyncEntitlementChanges changes) : IManaEventHandler<SyncEntitlementChanged>
{
    public Task HandleAsync(SyncEntitlementChanged happened, EventContext context, CancellationToken cancellationToken) => changes.ChangedAsync(happened.UserId, cancellationToken);
}
