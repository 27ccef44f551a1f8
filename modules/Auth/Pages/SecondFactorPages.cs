using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.TwoFactor;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary><c>/login/code</c>: the second step of a sign-in. Which sign-in it is, only the browser's signed cookie says (auth.md 10).</summary>
internal static class SecondFactorPages
{
    public const string Path = "/login/code";

    public static async Task<IResult> ShowAsync(Page page, SignInContinuation continuation, TwoFactorCookies cookies, CancellationToken cancellationToken)
    {
        var onward = await continuation.OfAsync(page, page.Query["request"], page.Query["callbackURL"], cancellationToken);
        return onward.Refusal ?? (cookies.PendingToken(page.Http) is null ? Over(page, onward) : Form(page, onward, null));
    }

    public static async Task<IResult> VerifyAsync(
        Page page, SecondFactorSignIn signIn, TwoFactorCookies cookies, SignedIn signedIn, KnownDevices devices, SignInContinuation continuation, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var code = form["code"].ToString();
        var onward = await continuation.OfAsync(page, form["request"], form["callbackURL"], cancellationToken);
        if (onward.Refusal is { } refusal)
            return refusal;
        var result = await signIn.VerifyAsync(cookies.PendingToken(page.Http), CodeShape.FactorOf(code), code, form["trust"] == "true", page.Visitor, cancellationToken);
        switch (result)
        {
            case SecondFactorResult.SignedIn done:
                signedIn.Complete(page.Http, done.Session, done.RememberMe);
                devices.Write(page.Http, done.DeviceCookie);
                return onward.Go(page);
            case SecondFactorResult.Refused { Check: CodeCheck.Locked locked }:
                return Form(page, onward, PageErrors.Wait(page, locked.RetryAfterSeconds), 429);
            case SecondFactorResult.Refused { Check: CodeCheck.Busy }:
                return Form(page, onward, PageErrors.Wait(page, HashingGate.RetryAfterSeconds), 429);
            case SecondFactorResult.Refused:
                return Form(page, onward, page["Dieser Code stimmt nicht oder wurde schon benutzt.", "This code is not right, or it was used already."], 401);
            default:
                return Over(page, onward);
        }
    }

    static IResult Form(Page page, Onward onward, string? problem, int status = 200)
    {
        var title = page["Zweiter Schritt", "Second step"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Gib den Code aus deiner Authenticator-App ein, oder einen deiner Notfallcodes.", "Enter the code of your authenticator app, or one of your backup codes."])}
            {page.Form(Path, Markup.Of($"""
                {onward.Fields}
                {Controls.Input(new("code", page["Code", "Code"], "text", "one-time-code") { Longest = 20, Focus = true, Problem = problem })}
                {Controls.Check("trust", page["In diesem Browser 30 Tage nicht mehr fragen", "Do not ask in this browser for 30 days"], false)}
                {Controls.Button(page["Anmelden", "Sign in"])}
                """))}
            <nav class="foot">{Controls.Link(SignInPages.Path + onward.Carry, page["Von vorn beginnen", "Start again"])}</nav>
            """), status, onward.LeadsTo);
    }

    /// <summary>Ten minutes are over, five codes were wrong, or the browser lost its cookie.</summary>
    static IResult Over(Page page, Onward onward)
    {
        var title = page["Bitte melde dich noch einmal an", "Please sign in again"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Diese Anmeldung ist abgelaufen, oder es waren zu viele falsche Codes.", "This sign-in has expired, or there were too many wrong codes."])}
            <p><a class="button primary" href="{SignInPages.Path + onward.Carry}">{page["Zur Anmeldung", "To sign-in"]}</a></p>
            """), 401);
    }
}
