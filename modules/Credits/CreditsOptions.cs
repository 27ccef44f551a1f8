using Mana.Credits.Contracts;
using Mana.Kernel.Configuration;

namespace Mana.Credits;

/// <summary>Section <c>Credits</c>. Amounts are whole credits.</summary>
internal sealed class CreditsOptions : IManaOptions
{
    /// <summary><c>WELCOME_CREDITS</c>: given to every new account, once. 0: none (commerce.md 2.5).</summary>
    public int WelcomeCredits { get; set; }

    /// <summary><c>PROMO_BUDGET</c>: what rewards may cost in a month, all people together; 0: no end (commerce.md 4.6).</summary>
    public int MonthlyPromoBudget { get; set; } = 10_000;

    /// <summary><c>CALLER_MAX_AMOUNT</c>: the most that a service may debit or hold in one call without naming an operation of the catalogue (commerce.md 3.9).</summary>
    public int CallerMaxAmount { get; set; } = 2_000;

    /// <summary><c>WEB_BASE_URL</c>: where the web app is; links of gifts lead there. Unset: the first trusted origin.</summary>
    public string? WebBaseUrl { get; set; }

    /// <summary><c>STRIPE_POTION_SMALL_PRICE</c> … <c>HUGE</c>: Stripe's prices of the packs that were seeded. A pack's own, set by an administrator, comes first; without any, the price is named at the checkout.</summary>
    public Dictionary<string, string> PotionPrices { get; } = new(StringComparer.OrdinalIgnoreCase);

    public CreditAmount? PromoBudget => MonthlyPromoBudget == 0 ? null : CreditAmount.OfCredits(MonthlyPromoBudget);

    public IEnumerable<string> Problems(bool production)
    {
        if (WelcomeCredits is < 0 or > 10_000)
            yield return "WELCOME_CREDITS must be a number of credits from 0 to 10000.";
        if (MonthlyPromoBudget < 0)
            yield return "PROMO_BUDGET must be a number of credits, 0 for no limit.";
        if (CallerMaxAmount is < 1 or > 1_000_000)
            yield return "CALLER_MAX_AMOUNT must be a number of credits from 1 to 1000000.";
        if (WebBaseUrl is { Length: > 0 } url && !(Uri.TryCreate(url, UriKind.Absolute, out var web) && web.Scheme is "http" or "https" && (!production || web.Scheme == "https")))
            yield return "WEB_BASE_URL must be an absolute URL, https in Production.";
    }
}
