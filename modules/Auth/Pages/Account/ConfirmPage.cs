using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.Profile;
using Mana.Auth.StepUp;
using Mana.Kernel.Admin;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account/confirm</c>: a proof once more, before something that matters.</summary>
internal static class ConfirmPage
{
    public const string Path = "/account/confirm";
    static readonly string[] Places = [AccountPages.Path, AdminRoutes.Path];

    public static string PathFor(string next) => $"{Path}?next={Uri.EscapeDataString(next)}";

    public static async Task<IResult> ShowAsync(Page page, CurrentUser caller, Profiles profiles, CancellationToken cancellationToken) =>
        Form(page, await profiles.ReadAsync(caller, cancellationToken), Next(page.Query["next"]), null);

    public static async Task<IResult> ConfirmAsync(Page page, CurrentUser caller, Profiles profiles, StepUpService stepUp, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var next = Next(form["next"]);
        var user = await profiles.ReadAsync(caller, cancellationToken);
        return await stepUp.StepUpAsync(new StepUpRequest(form["password"], form["code"]), caller, page.Http, cancellationToken) switch
        {
            StepUpResult.Done => Page.SeeOther(next),
            StepUpResult.Locked locked => Form(page, user, next, PageErrors.Wait(page, locked.RetryAfterSeconds), 429),
            StepUpResult.SessionEnded => Page.SeeOther(SignInPages.PathFor(next)),
            StepUpResult.Busy => Form(page, user, next, PageErrors.Wait(page, HashingGate.RetryAfterSeconds), 429),
            _ => Form(page, user, next, page["Das stimmt nicht.", "This is not right."], 400),
        };
    }

    /// <summary>Only to pages of the account and of the administration.</summary>
    static string Next(string? wanted) =>
        wanted is not null && Array.Exists(Places, place => wanted.StartsWith(place + "/", StringComparison.Ordinal)) && wanted.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '-' or '_')
            ? wanted : AccountPages.Path;

    static IResult Form(Page page, User user, string next, string? problem, int status = 200)
    {
        var title = page["Bist du es?", "Is it you?"];
        // A code proves more than the password alone, and some things ask for it.
        var proof = user.TwoFactorEnabled ? Controls.Input(new("code", page["Code aus der App oder Notfallcode", "Code of the app, or a backup code"], "text", "one-time-code") { Longest = 20, Problem = problem, Focus = true })
            : user.PasswordHash is not null ? Controls.Input(new("password", page["Passwort", "Password"], "password", "current-password") { Longest = 512, Problem = problem, Focus = true })
            : (Markup?)null;
        var again = SignInPages.PathFor(next) + "&prompt=login";
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Bevor es weitergeht, bestätige bitte noch einmal, dass du es bist.", "Before we go on, please confirm once more that it is you."])}
            {(proof is null ? Markup.None : page.Form(Path, Markup.Of($"{Controls.Hidden("next", next)}{proof.Value}{Controls.Button(page["Weiter", "Continue"])}")))}
            <div data-passkey-confirm="{next}" hidden><button type="button" class="secondary full">{page["Mit Passkey bestätigen", "Confirm with a passkey"]}</button></div>
            <nav class="foot">{Controls.Link(AccountPages.Path, page["Abbrechen", "Cancel"])}{Controls.Link(again, page["Neu anmelden", "Sign in again"])}</nav>
            """), status, script: true);
    }
}
