using Mana.Auth.Data;
using Mana.Auth.Passkeys;
using Mana.Auth.Passwords;
using Mana.Auth.Profile;
using Mana.Auth.Recovery;
using Mana.Auth.TwoFactor;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account/security</c>: password, second factor, passkeys.</summary>
internal static class SecurityPage
{
    public const string Path = "/account/security";
    public const string PasswordPath = "/account/password";

    public static Task<IResult> ShowAsync(Page page, CurrentUser caller, Cards cards, CancellationToken cancellationToken) => cards.ShowAsync(page, caller, new Problems(), cancellationToken);

    public static async Task<IResult> ChangePasswordAsync(Page page, CurrentUser caller, PasswordChange passwords, Cards cards, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var problems = await passwords.ChangeAsync(caller, form["current"], form["new"], true, page.Visitor, cancellationToken) switch
        {
            PasswordChangeResult.Done => null,
            PasswordChangeResult.WrongPassword => new Problems(Current: page["Das ist nicht dein jetziges Passwort.", "This is not your present password."]),
            PasswordChangeResult.Weak weak => new Problems(New: WeakPasswordText.Of(page, weak.Password)),
            PasswordChangeResult.Invalid => new Problems(New: page["Bitte fülle beide Felder aus.", "Please fill in both fields."]),
            PasswordChangeResult.Locked locked => new Problems(Current: PageErrors.Wait(page, locked.RetryAfterSeconds), Status: 429),
            _ => new Problems(Current: PageErrors.Wait(page, HashingGate.RetryAfterSeconds), Status: 429),
        };
        return problems is null ? Page.SeeOther(Path + "?done=password") : await cards.ShowAsync(page, caller, problems, cancellationToken);
    }

    /// <summary>What was wrong with the form that was sent.</summary>
    internal sealed record Problems(string? Current = null, string? New = null, string? SecondFactor = null, string? Passkey = null, int Status = 400)
    {
        public bool Any => (Current ?? New ?? SecondFactor ?? Passkey) is not null;
    }

    /// <summary>Reads what the page shows.</summary>
    internal sealed class Cards(Profiles profiles, PasskeyList passkeys, RelyingParty party, BackupCodes codes)
    {
        public async Task<IResult> ShowAsync(Page page, CurrentUser caller, Problems problems, CancellationToken cancellationToken)
        {
            var user = await profiles.ReadAsync(caller, cancellationToken);
            var left = user.TwoFactorEnabled ? await codes.LeftAsync(user.Id, cancellationToken) : 0;
            var keys = party.Enabled ? PasskeysCard.Of(page, await passkeys.OfAsync(caller, cancellationToken), problems.Passkey) : Markup.None;
            return AccountPages.Show(page, Path, page["Sicherheit", "Security"], Markup.Of($"""
                {AccountPages.Notice(page)}
                {Password(page, user, problems)}
                {SecondFactorPage.Card(page, user, left, problems.SecondFactor)}
                {keys}
                """), problems.Any ? problems.Status : 200, script: party.Enabled);
        }
    }

    static Markup Password(Page page, User user, Problems problems) => user.PasswordHash is null
        ? AccountPages.Card(page["Passwort", "Password"], Markup.Of($"<p>{Controls.Link(RecoveryPages.ForgotPath, page["Passwort setzen", "Set a password"])}</p>"),
            page["Dein Konto hat keines: du meldest dich per Mail oder Passkey an.", "Your account has none: you sign in by mail or passkey."])
        : AccountPages.Card(
            page["Passwort", "Password"],
            page.Form(PasswordPath, Markup.Of($"""
                {Controls.Input(new("current", page["Jetziges Passwort", "Present password"], "password", "current-password") { Longest = 512, Problem = problems.Current })}
                {Controls.Input(new("new", page["Neues Passwort", "New password"], "password", "new-password") { Longest = 512, Problem = problems.New, Hint = page["Mindestens 8 Zeichen.", "At least 8 characters."] })}
                {Controls.Button(page["Passwort ändern", "Change the password"])}
                """)),
            page["Danach sind deine anderen Geräte abgemeldet.", "Your other devices will be signed out."]);
}
