using Mana.Auth.Accounts;
using Mana.Auth.Passkeys;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.TwoFactor;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary><c>/login</c>, and the way out. Where it goes on from there, <c>callbackURL</c> says, when that is a place we may send people to.</summary>
internal static class SignInPages
{
    public const string Path = "/login";
    public const string SignOutPath = "/account/logout";

    public static string PathForRequest(string requestId) => $"{Path}?request={requestId}";

    public static string PathFor(string callback) => $"{Path}?callbackURL={Uri.EscapeDataString(callback)}";

    /// <summary>Who is signed in already goes on at once; <c>prompt=login</c> asks all the same.</summary>
    public static async Task<IResult> ShowAsync(Page page, SignInContinuation continuation, LiveSessions sessions, RelyingParty party, CancellationToken cancellationToken)
    {
        var onward = await continuation.OfAsync(page, page.Query["request"], page.Query["callbackURL"], cancellationToken);
        if (onward.Refusal is { } refusal)
            return refusal;
        if (page.Query["prompt"] != "login" && onward.IsSatisfiedBy(await sessions.ByCookieAsync(page.Http, cancellationToken)))
            return Page.SeeOther(onward.Target ?? Account.AccountPages.Path);
        // A link that signs in leads here when a second factor is still to come.
        return page.Query["twoFactorRedirect"] == "true"
            ? Page.SeeOther(SecondFactorPages.Path + onward.Carry)
            : Form(page, party.Enabled, onward, page.Query["email"].ToString() is { Length: > 0 } email ? email : onward.Email, null);
    }

    public static async Task<IResult> SignInAsync(
        Page page, SignIn signIn, SignedIn signedIn, KnownDevices devices, TwoFactorCookies cookies, RelyingParty party, SignInContinuation continuation, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var (email, remember) = ((string?)form["email"], form["remember"] == "true");
        var onward = await continuation.OfAsync(page, form["request"], form["callbackURL"], cancellationToken);
        if (onward.Refusal is { } refusal)
            return refusal;
        var from = new SignInOrigin(null, DeviceLabel.Of(page.Visitor.Client.UserAgent), page.Visitor.Client.UserAgent, page.Visitor.Client.IpAddress, remember) { UntilClosed = !remember };
        switch (await signIn.SignInAsync(email, form["password"], from, page.Visitor, cancellationToken))
        {
            case SignInResult.SignedIn done:
                signedIn.Complete(page.Http, done.Session, remember);
                devices.Write(page.Http, done.DeviceCookie);
                return onward.Go(page);
            case SignInResult.SecondFactorNeeded needed:
                cookies.Begin(page.Http, needed.Token);
                return Page.SeeOther(SecondFactorPages.Path + onward.Carry);
            case SignInResult.Invalid { Field: "email" }:
                return Form(page, party.Enabled, onward, email, page["Bitte gib deine E-Mail-Adresse an.", "Please enter your e-mail address."]);
            case SignInResult.Invalid:
                return Form(page, party.Enabled, onward, email, page["Bitte gib dein Passwort an.", "Please enter your password."]);
            case SignInResult.InvalidCredentials:
                return Form(page, party.Enabled, onward, email, page["Adresse oder Passwort stimmt nicht.", "Address or password is not right."], 401);
            case SignInResult.Blocked:
                return Form(page, party.Enabled, onward, email, page["Dieses Konto ist blockiert. Bitte wende dich an den Betreiber.", "This account is blocked. Please ask whoever runs this server."], 403);
            case SignInResult.EmailNotVerified:
                return VerifyPages.Unverified(page, email);
            case SignInResult.Locked locked:
                return Form(page, party.Enabled, onward, email, PageErrors.Wait(page, locked.RetryAfterSeconds), 429);
            default:
                return Form(page, party.Enabled, onward, email, PageErrors.Wait(page, HashingGate.RetryAfterSeconds), 429);
        }
    }

    public static async Task<IResult> SignOutAsync(Page page, SignOut signOut, CancellationToken cancellationToken)
    {
        await signOut.SignOutAsync(page.Http, null, cancellationToken);
        return Page.SeeOther(Path + "?signedOut=true");
    }

    static IResult Form(Page page, bool passkeys, Onward onward, string? email, string? problem, int status = 200)
    {
        var fields = Markup.Of($"""
            {onward.Fields}
            {Controls.Input(new("email", page["E-Mail-Adresse", "E-mail address"], "email", "username webauthn") { Value = email, Longest = 254, Focus = string.IsNullOrEmpty(email) })}
            {Controls.Input(new("password", page["Passwort", "Password"], "password", "current-password") { Longest = 512, Focus = !string.IsNullOrEmpty(email) })}
            {Controls.Check("remember", page["Auf diesem Gerät angemeldet bleiben", "Stay signed in on this device"], false)}
            {Controls.Button(page["Anmelden", "Sign in"])}
            """);
        var title = page["Anmelden", "Sign in"];
        var body = Markup.Of($"""
            {Controls.Title(title, page["Ein Konto für alle Mana-Apps.", "One account for all Mana apps."])}
            {Notice(page)}{Controls.Problem(problem)}
            {page.Form(Path, fields)}
            <div data-passkey-sign-in="{onward.Target ?? Account.AccountPages.Path}" hidden><p class="or">{page["oder", "or"]}</p>
            <button type="button" class="secondary full">{page["Mit Passkey anmelden", "Sign in with a passkey"]}</button></div>
            <nav class="foot">{Controls.Link(RecoveryPages.ForgotPath, page["Passwort vergessen?", "Forgot your password?"])}
            {Controls.Link(With(MailLinkPages.Path, onward.Target == onward.LeadsTo ? onward.Target : null), page["Link per Mail", "Link by mail"])}
            {Controls.Link(With(RegisterPages.Path, onward.Target), page["Konto erstellen", "Create an account"])}</nav>
            """);
        return page.Show(title, body, status, onward.LeadsTo, script: passkeys);

        static string With(string path, string? target) => target is null ? path : $"{path}?callbackURL={Uri.EscapeDataString(target)}";
    }

    static Markup Notice(Page page)
    {
        if (page.Query["verified"] == "true")
            return Controls.Done(page["Deine Adresse ist bestätigt. Du kannst dich jetzt anmelden.", "Your address is confirmed. You can sign in now."]);
        if (page.Query["reset"] == "true")
            return Controls.Done(page["Dein neues Passwort gilt. Alle Geräte wurden abgemeldet.", "Your new password is set. All devices were signed out."]);
        if (page.Query["signedOut"] == "true")
            return Controls.Done(page["Du bist abgemeldet.", "You are signed out."]);
        return string.IsNullOrEmpty(page.Query["error"]) ? Markup.None
            : Controls.Problem(page["Dieser Link gilt nicht mehr. Melde dich an oder fordere einen neuen an.", "This link no longer works. Sign in, or ask for a new one."]);
    }
}
