using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.TwoFactor;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary>The second factor in <c>/account</c>: its card, and the page with secret and codes, which is shown in the answer to a form and never again.</summary>
internal static class SecondFactorPage
{
    public const string Path = "/account/second-factor";
    public const string ConfirmPath = "/account/second-factor/confirm";

    public static async Task<IResult> ChangeAsync(Page page, CurrentUser caller, TwoFactorSettings settings, SecurityPage.Cards cards, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var (password, code) = ((string?)form["password"], (string?)form["code"]);
        var result = form["action"].ToString() switch
        {
            "disable" => await settings.DisableAsync(caller, password, code, page.Visitor, cancellationToken),
            "codes" => await settings.RenewCodesAsync(caller, password, code, page.Visitor, cancellationToken),
            _ => await settings.BeginAsync(caller, password, null, page.Visitor, cancellationToken),
        };
        return result switch
        {
            TwoFactorChange.Begun begun => Begun(page, begun),
            TwoFactorChange.NewCodes fresh => AccountPages.Show(page, SecurityPage.Path, page["Neue Notfallcodes", "New backup codes"], Codes(page, fresh.Codes), script: true),
            TwoFactorChange.Disabled => Page.SeeOther(SecurityPage.Path + "?done=second-factor-off"),
            _ => await cards.ShowAsync(page, caller, Problem(page, result), cancellationToken),
        };
    }

    public static async Task<IResult> ConfirmAsync(
        Page page, CurrentUser caller, LiveSessions sessions, TwoFactorEnrolment enrolment, SignedIn signedIn, KnownDevices devices, SecurityPage.Cards cards, CancellationToken cancellationToken)
    {
        if (await sessions.ByCookieAsync(page.Http, cancellationToken) is not { User.TwoFactorEnabled: false } live)
            return Page.SeeOther(SecurityPage.Path);
        var result = await enrolment.ConfirmAsync(live, (await page.FormAsync())["code"].ToString(), false, page.Visitor, cancellationToken);
        switch (result)
        {
            case TwoFactorChange.Enabled done:
                signedIn.Complete(page.Http, done.Session, null);
                devices.Write(page.Http, done.DeviceCookie);
                return Page.SeeOther(SecurityPage.Path + "?done=second-factor");
            case TwoFactorChange.WrongCode:
                return AccountPages.Show(page, SecurityPage.Path, page["Zweiter Faktor", "Second factor"], Confirm(page, page["Dieser Code stimmt nicht. Warte auf den nächsten.", "This code is not right. Wait for the next one."]), 400);
            default:
                return await cards.ShowAsync(page, caller, Problem(page, result), cancellationToken);
        }
    }

    /// <summary>What there is, and the form for what may be done with it.</summary>
    /// <param name="left">Backup codes that were not used.</param>
    public static Markup Card(Page page, User user, int left, string? problem) => user.TwoFactorEnabled
        ? AccountPages.Card(page["Zweiter Faktor", "Second factor"], Markup.Of($"""
            {Controls.Problem(problem)}<p><span class="tag">{page["Eingeschaltet", "On"]}</span> {page[$"Noch {left} Notfallcodes.", $"{left} backup codes left."]}</p>
            {page.Form(Path, Markup.Of($"""
                {Password(page, user)}
                {Controls.Input(new("code", page["Code aus der App", "Code of the app"], "text", "one-time-code") { Longest = 20, Required = false })}
                <div class="buttons"><button type="submit" name="action" value="codes" class="secondary">{page["Neue Notfallcodes", "New backup codes"]}</button>
                <button type="submit" name="action" value="disable" class="danger">{page["Ausschalten", "Turn off"]}</button></div>
                """))}
            """))
        : AccountPages.Card(page["Zweiter Faktor", "Second factor"], Markup.Of($"""
            {Controls.Problem(problem)}
            {page.Form(Path, Markup.Of($"""{Password(page, user)}{Controls.Button(page["Einschalten", "Turn on"], "secondary")}"""))}
            """), page["Ein Code aus einer Authenticator-App, zusätzlich zum Passwort.", "A code of an authenticator app, besides the password."]);

    static Markup Password(Page page, User user) => user.PasswordHash is null
        ? Markup.None
        : Controls.Input(new("password", page["Dein Passwort", "Your password"], "password", "current-password") { Longest = 512 });

    static IResult Begun(Page page, TwoFactorChange.Begun begun)
    {
        var secret = begun.Uri.Split("secret=")[1].Split('&')[0];
        return AccountPages.Show(page, SecurityPage.Path, page["Zweiten Faktor einrichten", "Set up the second factor"], Markup.Of($"""
            {AccountPages.Card(page["In deine App", "Into your app"], Markup.Of($"""
                <p class="qr"><img src="{AuthenticatorUri.DataUri(begun.Svg)}" width="220" height="220" alt="{page["QR-Code für die Authenticator-App", "QR code for the authenticator app"]}"></p>
                <p class="fine">{page["Oder von Hand:", "Or by hand:"]} <code data-secret>{secret}</code></p>
                """), page["Scanne den Code mit einer Authenticator-App.", "Scan the code with an authenticator app."])}
            {Codes(page, begun.Codes)}
            {Confirm(page, null)}
            """), script: true);
    }

    static Markup Codes(Page page, IReadOnlyList<string> codes) => AccountPages.Card(
        page["Notfallcodes", "Backup codes"], Markup.Of($"<ul class=\"codes\">{codes.Select(code => Markup.Of($"<li><code>{code}</code></li>"))}</ul>"),
        page["Jeder gilt einmal, wenn du dein Telefon nicht hast. Bewahre sie an einem sicheren Ort auf: sie werden nicht noch einmal gezeigt.",
            "Each works once, when you do not have your phone. Keep them in a safe place: they will not be shown again."]);

    static Markup Confirm(Page page, string? problem) => AccountPages.Card(
        page["Bestätigen", "Confirm"], page.Form(ConfirmPath, Markup.Of($"""
            {Controls.Input(new("code", page["Code aus der App", "Code of the app"], "text", "one-time-code") { Longest = 20, InputMode = "numeric", Problem = problem })}
            {Controls.Button(page["Einschalten", "Turn on"])}
            """)), page["Erst danach ist der zweite Faktor eingeschaltet.", "Only then is the second factor on."]);

    static SecurityPage.Problems Problem(Page page, TwoFactorChange result) => result switch
    {
        TwoFactorChange.Locked locked => new(SecondFactor: PageErrors.Wait(page, locked.RetryAfterSeconds), Status: 429),
        TwoFactorChange.Busy => new(SecondFactor: PageErrors.Wait(page, HashingGate.RetryAfterSeconds), Status: 429),
        TwoFactorChange.WrongPassword or TwoFactorChange.Invalid => new(SecondFactor: page["Das ist nicht dein Passwort.", "This is not your password."]),
        TwoFactorChange.StepUpRequired => new(SecondFactor: page["Gib auch einen Code aus der App oder einen Notfallcode ein.", "Enter a code of the app or a backup code too."]),
        TwoFactorChange.WrongCode or TwoFactorChange.Contended => new(SecondFactor: page["Dieser Code stimmt nicht oder wurde schon benutzt.", "This code is not right, or it was used already."]),
        _ => new(SecondFactor: page["Das ging nicht. Lade die Seite neu.", "That did not work. Load the page again."]),
    };
}
