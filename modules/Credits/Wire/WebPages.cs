using Mana.Kernel.Network;

namespace Mana.Credits.Wire;

/// <summary>Pages of the web app that links lead to: <c>WEB_BASE_URL</c>, else the first trusted origin (commerce.md 14: never the host's own address).</summary>
internal sealed class WebPages(CreditsOptions options, TrustedOrigins origins)
{
    readonly string _base = (options.WebBaseUrl is { Length: > 0 } url
        ? url
        : origins.Trusted.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(origin => !origin.Contains('*', StringComparison.Ordinal))
            ?? "http://localhost:5173").TrimEnd('/');

    public string Gift(string code) => $"{_base}/g/{code}";

    public string PurchaseSuccess(Guid purchase) => $"{_base}/credits/success?purchase_id={purchase}";

    public string PurchaseCancelled => _base + "/credits/cancelled";

    public string Credits => _base + "/?app=credits";

    public string SyncSettings => _base + "/settings/sync";
}
