using Mana.Kernel.Configuration;

namespace Mana.Sync;

/// <summary>Section <c>Sync</c>.</summary>
internal sealed class SyncOptions : IManaOptions
{
    /// <summary>
    /// <c>SYNC_BILLING_GATE</c>: <c>open</c> lets everyone sync, <c>closed</c> only the exempt apps. Unset: open in Development, closed
    /// elsewhere, until the ledger decides per user.
    /// </summary>
    public string? BillingGate { get; set; }

    /// <summary><c>BILLING_EXEMPT_APPS</c>: comma-separated app ids that sync without a subscription.</summary>
    public string BillingExemptApps { get; set; } = "";

    public IEnumerable<string> Problems(bool production)
    {
        if (BillingGate is not (null or "" or "open" or "closed"))
            yield return "SYNC_BILLING_GATE must be 'open' or 'closed'.";
    }
}
