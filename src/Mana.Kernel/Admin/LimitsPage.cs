using Mana.Kernel.Pages;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Admin;

/// <summary><c>/admin/limits</c>: every limit, its size and its refusals.</summary>
internal static class LimitsPage
{
    public const string Path = "/admin/limits";

    public static IResult Show(AdminPage page, LimitCatalogue limits)
    {
        var rows = limits.Read().Select(limit => (IReadOnlyList<Markup>)
        [
            AdminParts.Code(limit.Name),
            AdminParts.Text(limit.Counts),
            AdminParts.Small(AdminParts.Number(limit.PerWindow), limit.IsOverridden ? page["vom Betreiber gesetzt", "set by the operator"] : null),
            AdminParts.Text(AdminParts.Span(limit.Window)),
            AdminParts.Number(limit.Burst),
            limit.Refusals == 0 ? AdminParts.Number(0) : AdminParts.State(limit.Refusals.ToString(System.Globalization.CultureInfo.InvariantCulture), AdminState.Warning),
            limit.IsOn ? AdminParts.State(page["gilt", "on"], AdminState.Good) : AdminParts.State(page["aus", "off"]),
        ]);
        return page.Show(Path, page["Grenzen", "Limits"], Markup.Of($"""
            {(limits.Enabled ? Markup.None : Controls.Problem(page["Die meisten Grenzen sind auf diesem Server ausgeschaltet (RATE_LIMITS).", "Most limits are switched off on this server (RATE_LIMITS)."]))}
            {AdminParts.Card(null, AdminParts.Table(page, [page["Grenze", "Limit"], page["gezählt", "counted"], page["Größe", "Size"], page["Fenster", "Window"], page["auf einmal", "Burst"], page["abgelehnt", "Refused"], page["Stand", "State"]], rows),
                page["Ablehnungen seit dem Start dieses Prozesses; über alle Rechner: mana_rate_limit_refusals_total.", "Refusals since this process started; over all hosts: mana_rate_limit_refusals_total."])}
            """));
    }
}
