using Mana.Auth.Oidc.Consent;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account/apps</c>: which apps know this person, and how to take that back.</summary>
internal static class AppsPage
{
    public const string Path = "/account/apps";

    public static async Task<IResult> ShowAsync(Page page, CurrentUser caller, Consents consents, CancellationToken cancellationToken)
    {
        var apps = await consents.OfAsync(caller.UserId, cancellationToken);
        var rows = apps.Select(app => Row(page, app)).ToList();
        return AccountPages.Show(page, Path, page["Verbundene Apps", "Connected apps"], Markup.Of($"""
            {AccountPages.Notice(page)}
            {AccountPages.Card(page["Apps mit Zugriff", "Apps with access"],
                rows.Count == 0 ? Markup.Of($"<p class=\"fine\">{page["Noch keine.", "None yet."]}</p>") : Markup.Of($"<ul class=\"rows\">{rows}</ul>"),
                page["Trennst du eine App, verliert sie sofort ihren Zugriff und muss dich neu fragen.", "An app that you disconnect loses its access at once and has to ask you again."])}
            """));
    }

    public static async Task<IResult> WithdrawAsync(Page page, CurrentUser caller, Consents consents, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        await consents.WithdrawAsync(caller.UserId, form["app"].ToString(), page.Visitor.Client, cancellationToken);
        return Page.SeeOther(Path + "?done=disconnected");
    }

    static Markup Row(Page page, ConnectedApp app)
    {
        var may = string.Join(", ", app.Scopes.Select(scope => ScopeText.Of(page, scope)));
        return Markup.Of($"""
            <li><div><strong>{app.Name}</strong><small>{page[$"darf: {may} · seit {page.Instant(app.Since)}", $"may: {may} · since {page.Instant(app.Since)}"]}</small></div>
            {page.Form(Path, Markup.Of($"{Controls.Hidden("app", app.ClientId)}<button type=\"submit\" class=\"danger\" aria-label=\"{page[$"{app.Name} trennen", $"Disconnect {app.Name}"]}\">{page["Trennen", "Disconnect"]}</button>"), "inline")}</li>
            """);
    }
}
