using Mana.Kernel.Configuration;

namespace Mana.Sync;

/// <summary>Section <c>Sync</c>.</summary>
internal sealed class SyncOptions : IManaOptions
{
    /// <summary>
    /// <c>SYNC_BILLING_GATE</c>: <c>ledger</c> lets those sync who have a sync subscription, <c>open</c> everyone, <c>closed</c> only the exempt
    /// apps. Unset: open in Development, the ledger elsewhere.
    /// </summary>
    public string? BillingGate { get; set; }

    /// <summary><c>BILLING_EXEMPT_APPS</c>: comma-separated app ids that sync without a subscription.</summary>
    public string BillingExemptApps { get; set; } = "";

    /// <summary><c>SYNC_HISTORY_DAYS</c>: how long every version of a record is kept; older ones are folded into what is still current.</summary>
    public int HistoryDays { get; set; } = 90;

    /// <summary><c>SYNC_TOMBSTONE_DAYS</c>: how long a deleted record can be taken back with its content; then only its id is kept.</summary>
    public int TombstoneDays { get; set; } = 180;

    /// <summary>
    /// Refuse changes to tables that a registered app does not have (compute.md 2.1). Off: a newer client may know more than this server.
    /// </summary>
    public bool ValidateCollections { get; set; }

    public IEnumerable<string> Problems(bool production)
    {
        if (HistoryDays is < 1 or > 3650)
            yield return "SYNC_HISTORY_DAYS must be a number of days from 1 to 3650.";
        if (TombstoneDays < HistoryDays || TombstoneDays > 36500)
            yield return "SYNC_TOMBSTONE_DAYS must be a number of days, at least SYNC_HISTORY_DAYS.";
        if (BillingGate is not (null or "" or "open" or "closed" or "ledger"))
            yield return "SYNC_BILLING_GATE must be 'ledger', 'open' or 'closed'.";
    }
}
