using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Data;

namespace Mana.Credits.Pages;

/// <summary>What amounts and closed sets are called on the pages.</summary>
internal static class CreditsWords
{
    public static string Amount(AccountPage page, CreditAmount amount) => (amount.Milli / (decimal)CreditAmount.PerCredit).ToString("#,0.###", page.Culture);

    /// <summary>With its sign, as a line of an account has it.</summary>
    public static string Signed(AccountPage page, CreditAmount amount) => (amount.Milli > 0 ? "+" : "") + Amount(page, amount).Replace('-', '−');

    /// <summary>By the kind of the ledger's entry, or the type that clients see.</summary>
    public static string Kind(AccountPage page, string kind, string app) => kind switch
    {
        "purchase" => page["Gekauft", "Bought"],
        "subscription" or "plan" => page["Aus dem Abo", "From your plan"],
        "grant" => page["Belohnung", "Reward"],
        "gift" or "gift_create" or "gift_redeem" or "gift_cancel" or "gift_expire" => page["Geschenk", "Gift"],
        "refund" => page["Erstattet", "Refunded"],
        "clawback" => page["Zurückgebucht", "Taken back"],
        "adjustment" => page["Ausgleich", "Adjustment"],
        "reserve" => page["Vorgemerkt", "Held"],
        "release" or "expire" => page["Vormerkung aufgehoben", "Hold released"],
        "sync" => "Cloud Sync",
        _ => app == "sync" ? "Cloud Sync" : page["Benutzt", "Used"],
    };

    /// <summary>What the line is about in the words of who booked it; of our own bookings the kind says everything.</summary>
    public static string About(string app, string description) => app is "stripe" or "subscriptions" or "sync" or "gifts" or "system" || description.Length == 0 ? "" : " · " + description;

    public static string Status(AccountPage page, string status) => status switch
    {
        Purchase.Completed => page["bezahlt", "paid"],
        Purchase.Processing => page["Zahlung unterwegs", "payment on its way"],
        Purchase.PartiallyRefunded => page["teilweise erstattet", "partly refunded"],
        Purchase.Refunded => page["erstattet", "refunded"],
        Purchase.Disputed => page["von der Bank zurückgebucht", "disputed with the bank"],
        Purchase.Failed => page["fehlgeschlagen", "failed"],
        Purchase.Cancelled => page["abgebrochen", "cancelled"],
        _ => page["wartet auf die Zahlung", "waits for its payment"],
    };

    public static string Interval(AccountPage page, string interval) => interval switch
    {
        "quarterly" => page["vierteljährlich", "every three months"],
        "yearly" => page["jährlich", "every year"],
        _ => page["monatlich", "every month"],
    };
}
