using Mana.Sync.Contracts;
using Microsoft.Extensions.Hosting;

namespace Mana.Sync.Gate;

/// <summary><c>SYNC_BILLING_GATE</c>: one answer for everybody. Unset: open in Development, closed elsewhere.</summary>
internal sealed class SwitchedEntitlement(SyncOptions options, IHostEnvironment environment) : ISyncEntitlement
{
    readonly bool _open = options.BillingGate is { Length: > 0 } gate ? gate == "open" : environment.IsDevelopment();

    public ValueTask<bool> IsActiveAsync(string userId, CancellationToken cancellationToken) => ValueTask.FromResult(_open);
}
