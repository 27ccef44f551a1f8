using Mana.Auth.Passwords;
using Mana.Auth.Recovery;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account/security</c>: password.</summary>
internal static class SecurityPage
{
    public const string Path = "/account/security";
    public const string PasswordPath = "/account/password";

    public static IResult Show(Page page) => All(page, null, null);

    public static async Task<IResult> ChangePasswordAsync(Page page, CurrentUser caller, PasswordChange passwords, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        return await passwords.ChangeAsync(caller, form["current"], form["new"], true, page.Visitor, cancellationToken) switch
        {
            PasswordChangeResult.Done => Page.SeeOther(Path + "?done=password"),
            PasswordChangeResult.WrongPassword => All(page, page["Das ist nicht dein jetziges Passwort.", "This is not your present password."], null, 400),
            PasswordChangeResult.Weak weak => All(page, null, WeakPasswordText.Of(page, weak.Password), 400),
            PasswordChangeResult.Invalid => All(page, null, page["Bitte fülle beide Felder aus.", "Please fill in both fields."], 400),
            PasswordChangeResult.Locked locked => All(page, PageErrors.Wait(page, locked.RetryAfterSeconds), null, 429),
            _ => All(page, PageErrors.Wait(page, HashingGate.RetryAfterSeconds), null, 429),
        };
    }

    static IResult All(Page page, string? currentProblem, string? newProblem, int status = 200) => AccountPages.Show(
        page, Path, page["Sicherheit", "Security"], Markup.Of($"{AccountPages.Notice(page)}{Password(page, currentProblem, newProblem)}"), status);

    static Markup Password(Page page, string? currentProblem, string? newProblem) => AccountPages.Card(
        page["Passwort", "Password"],
        page.Form(PasswordPath, Markup.Of($"""
            {Controls.Input(new("current", page["Jetziges Passwort", "Present password"], "password", "current-password") { Longest = 512, Problem = currentProblem })}
            {Controls.Input(new("new", page["Neues Passwort", "New password"], "password", "new-password") { Longest = 512, Problem = newProblem, Hint = page["Mindestens 8 Zeichen.", "At least 8 characters."] })}
            {Controls.Button(page["Passwort ändern", "Change the password"])}
            """)),
        page["Danach sind deine anderen Geräte abgemeldet.", "Your other devices will be signed out."]);
}
