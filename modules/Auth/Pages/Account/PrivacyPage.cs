using Mana.Auth.Cookies;
using Mana.Auth.Passwords;
using Mana.Auth.Privacy;
using Mana.Auth.Privacy.Erasures;
using Mana.Auth.Recovery;
using Mana.Auth.StepUp;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account/privacy</c>: what is stored, all of it to take along, and the end of the account (auth.md 19).</summary>
internal static class PrivacyPage
{
    public const string Path = "/account/privacy";
    public const string ExportPath = "/account/export";
    public const string DeletePath = "/account/delete";

    public static async Task<IResult> ShowAsync(Page page, CurrentUser caller, DataOverview overview, CancellationToken cancellationToken) =>
        await overview.OfAsync(caller.UserId, cancellationToken) is { } summary ? All(page, summary, null, []) : Page.SeeOther(SignInPages.Path);

    /// <summary>Proof first; then the account is gone, or the page says what stands in the way.</summary>
    public static async Task<IResult> DeleteAsync(
        Page page, CurrentUser caller, PasswordChange passwords, SessionGuard guard, AccountErasure accounts, DataOverview overview, SessionCookies cookies, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        if (await overview.OfAsync(caller.UserId, cancellationToken) is not { } summary)
            return Page.SeeOther(SignInPages.Path);
        if (form["sure"] != "true")
            return All(page, summary, page["Bitte bestätige, dass alles gelöscht werden soll.", "Please confirm that everything shall be deleted."], [], 400);
        if (form["password"].ToString() is { Length: > 0 } password && await passwords.ConfirmAsync(caller, password, page.Visitor, cancellationToken) is var check and not PasswordChangeResult.Done)
        {
            var (problem, status) = check is PasswordChangeResult.Locked locked ? (PageErrors.Wait(page, locked.RetryAfterSeconds), 429)
                : check is PasswordChangeResult.Busy ? (PageErrors.Wait(page, HashingGate.RetryAfterSeconds), 429)
                : (page["Das ist nicht dein Passwort.", "This is not your password."], 400);
            return All(page, summary, problem, [], status);
        }

        if (await guard.RefuseAsync(page.Http, true, cancellationToken) is { } refused)
            return refused;
        var wish = ErasureWish.None with { DeletesAll = form["spaces"] == "true" };
        switch (await accounts.EraseAsync(caller.UserId, wish, page.Locale, page.Visitor.Client, cancellationToken))
        {
            case ErasureResult.SoleOwner sole:
                return All(page, summary, page["Es gibt Spaces, die ohne dich niemandem gehören.", "There are spaces that would belong to nobody without you."], sole.Spaces, 409);
            case ErasureResult.Done done:
                cookies.Clear(page.Http);
                return Gone(page, done.Report.Success);
            default:
                return Page.SeeOther(SignInPages.Path);
        }
    }

    static IResult All(Page page, DataSummary summary, string? problem, IReadOnlyList<OwnedSpace> spaces, int status = 200) => AccountPages.Show(
        page, Path, page["Daten", "Data"], Markup.Of($"""
            {AccountPages.Card(page["Was gespeichert ist", "What is stored"], Markup.Of($"""
                <dl>{summary.Projects.Where(project => project.TotalCount > 0).Select(project => Markup.Of($"<dt>{project.Icon} {project.ProjectName}</dt><dd>{project.TotalCount.ToString(System.Globalization.CultureInfo.InvariantCulture)}</dd>"))}
                <dt>{page["Angemeldete Geräte", "Devices signed in"]}</dt><dd>{summary.Auth.SessionsCount}</dd></dl>
                """))}
            {AccountPages.Card(page["Mitnehmen", "Take it along"], Markup.Of($"""
                <p class="buttons"><a class="button secondary" href="{ExportPath}?format=zip" download>{page["Alles als ZIP", "Everything as ZIP"]}</a>
                <a class="button quiet" href="{ExportPath}" download>{page["Nur das Konto als JSON", "The account only, as JSON"]}</a></p>
                """), page["Eine Datei mit allem, was zu deinem Konto gehört.", "One file with everything that belongs to your account."])}
            {AccountPages.Card(page["Konto löschen", "Delete the account"], Markup.Of($"""
                {Controls.Problem(problem)}
                {page.Form(DeletePath, Markup.Of($"""
                    {Spaces(page, spaces)}
                    {Controls.Input(new("password", page["Dein Passwort", "Your password"], "password", "current-password") { Longest = 512, Required = false })}
                    {Controls.Check("sure", page["Ja, alles löschen", "Yes, delete everything"], false)}
                    {Controls.Button(page["Konto endgültig löschen", "Delete the account for good"], "danger")}
                    """))}
                """), page["Alles wird gelöscht und lässt sich nicht zurückholen. Exportiere es vorher.", "Everything is deleted and cannot be brought back. Export it first."], "delete")}
            """), status);

    static Markup Spaces(Page page, IReadOnlyList<OwnedSpace> spaces) => spaces.Count == 0 ? Markup.None : Markup.Of($"""
        <ul>{spaces.Select(space => Markup.Of($"<li>{space.Name} ({page[$"{space.Members} Mitglieder", $"{space.Members} members"]})</li>"))}</ul>
        <p class="fine">{page["Mach in der App jemand anderen zum Eigentümer, oder lösche sie mit:", "Make somebody else their owner in the app, or delete them too:"]}</p>
        {Controls.Check("spaces", page["Diese Spaces mit allem darin löschen", "Delete these spaces with everything in them"], false)}
        """);

    static IResult Gone(Page page, bool complete)
    {
        var title = page["Dein Konto ist gelöscht", "Your account is deleted"];
        return page.Show(title, Controls.Title(title, complete
            ? page["Alles ist weg. Wir haben dir zum Abschied eine Mail geschickt.", "Everything is gone. We have sent you a last mail."]
            : page["Der Rest wird in den nächsten Minuten gelöscht, ohne dass du etwas tun musst.", "The rest will be deleted within minutes; you need not do anything."]));
    }
}
