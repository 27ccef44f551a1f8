using Mana.Credits.Prices;
using Mana.Credits.Purchases;
using Mana.Kernel.Outbox;

namespace Mana.Credits.Data;

/// <summary>Everything of the schema that is written by hand; the first migration runs it behind the tables.</summary>
internal static class CreditsSchema
{
    public static readonly IReadOnlyList<string> Initial =
        [OutboxModel.TriggerSql(CreditsDbContext.Schema), LedgerFunctions.Sql, ReservationFunctions.Sql, ErasureFunctions.Sql, LedgerGuards.Sql, PriceSeed.Sql];

    /// <summary>Former lines are looked up and, when their person is erased, blanked; they do not go.</summary>
    public static readonly IReadOnlyList<string> Former = ["REVOKE DELETE, TRUNCATE ON credits.former_transactions FROM mana_app;", ErasureFunctions.HoldsCreators];

    /// <summary>What was taken back or given again is written once and stays, as the entries do.</summary>
    public static readonly IReadOnlyList<string> Purchases = [PackageSeed.Sql, "REVOKE UPDATE, DELETE, TRUNCATE ON credits.purchase_reversals FROM mana_app;"];
}
