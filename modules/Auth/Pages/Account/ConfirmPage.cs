using Mana.Auth.Passwords;
using Mana.Auth.StepUp;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account/confirm</c>: the password once more, before something that matters.</summary>
internal static class ConfirmPage
{
    public const string Path = "/account/confirm";

    public static string PathFor(string next) => $"{Path}?next={Uri.EscapeDataString(next)}";

    public static IResult Show(Page page) => Form(page, Next(page.Query["next"]), null);

    public static async Task<IResult> ConfirmAsync(Page page, CurrentUser caller, StepUpService stepUp, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var next = Next(form["next"]);
        return await stepUp.StepUpAsync(new StepUpRequest(form["password"], null), caller, page.Http, cancellationToken) switch
        {
            StepUpResult.Done => Page.SeeOther(next),
            StepUpResult.Locked locked => Form(page, next, PageErrors.Wait(page, locked.RetryAfterSeconds), 429),
            StepUpResult.SessionEnded => Page.SeeOther(SignInPages.PathFor(next)),
            StepUpResult.Busy => Form(page, next, PageErrors.Wait(page, HashingGate.RetryAfterSeconds), 429),
            _ => Form(page, next, page["Das ist nicht dein Passwort.", "This is not your password."], 400),
        };
    }

    /// <summary>Only to pages of the account.</summary>
    static string Next(string? wanted) =>
        wanted?.StartsWith(AccountPages.Path + "/", StringComparison.Ordinal) == true && wanted.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '-' or '_')
            ? wanted : AccountPages.Path;

    static IResult Form(Page page, string next, string? problem, int status = 200)
    {
        var title = page["Bist du es?", "Is it you?"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Bevor es weitergeht, gib bitte noch einmal dein Passwort ein.", "Before we go on, please enter your password once more."])}
            {page.Form(Path, Markup.Of($"""
                {Controls.Hidden("next", next)}
                {Controls.Input(new("password", page["Passwort", "Password"], "password", "current-password") { Longest = 512, Problem = problem, Focus = true })}
                {Controls.Button(page["Weiter", "Continue"])}
                """))}
            <nav class="foot">{Controls.Link(AccountPages.Path, page["Abbrechen", "Cancel"])}</nav>
            """), status);
    }
}
