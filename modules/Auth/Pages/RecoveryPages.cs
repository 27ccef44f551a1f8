using Mana.Auth.Passwords;
using Mana.Auth.Recovery;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary><c>/forgot</c> and <c>/reset</c>. The first says the same of every address.</summary>
internal static class RecoveryPages
{
    public const string ForgotPath = "/forgot";
    public const string ResetPath = "/reset";

    public static IResult ShowForgot(Page page) => Forgot(page, null);

    public static async Task<IResult> ForgotAsync(Page page, PasswordReset reset, AuthOptions options, CancellationToken cancellationToken)
    {
        string? email = (await page.FormAsync())["email"];
        await reset.RequestAsync(email, options.BaseUrl + ResetPath, page.Visitor, cancellationToken);
        return Forgot(page, email);
    }

    public static async Task<IResult> ShowResetAsync(Page page, PasswordReset reset, CancellationToken cancellationToken)
    {
        string? token = page.Query["token"];
        return await reset.IsGoodAsync(token, cancellationToken) ? Reset(page, token, null) : Gone(page);
    }

    public static async Task<IResult> ResetAsync(Page page, PasswordReset reset, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        string? token = form["token"];
        return await reset.ResetAsync(token, form["password"], page.Visitor, cancellationToken) switch
        {
            ResetResult.Done => Page.SeeOther(SignInPages.Path + "?reset=true"),
            ResetResult.Weak weak => Reset(page, token, WeakPasswordText.Of(page, weak.Password), 400),
            ResetResult.InvalidToken => Gone(page),
            _ => Reset(page, token, PageErrors.Wait(page, HashingGate.RetryAfterSeconds), 429),
        };
    }

    static IResult Forgot(Page page, string? sentTo)
    {
        var title = page["Passwort vergessen", "Forgot your password"];
        var sent = string.IsNullOrEmpty(sentTo) ? null : page[
            $"Wenn es zu {sentTo} ein Konto gibt, ist dorthin ein Link unterwegs. Er gilt eine Stunde.", $"If there is an account for {sentTo}, a link is on its way there. It works for one hour."];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Wir schicken dir einen Link, mit dem du ein neues wählst.", "We send you a link to choose a new one."])}{Controls.Done(sent)}
            {page.Form(ForgotPath, Markup.Of($"""
                {Controls.Input(new("email", page["E-Mail-Adresse", "E-mail address"], "email", "username") { Value = sentTo, Longest = 254, Focus = sentTo is null })}
                {Controls.Button(page["Link schicken", "Send the link"])}
                """))}
            <nav class="foot">{Controls.Link(SignInPages.Path, page["Zur Anmeldung", "To sign-in"])}</nav>
            """));
    }

    static IResult Reset(Page page, string? token, string? problem, int status = 200)
    {
        var title = page["Neues Passwort", "New password"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Danach sind alle Geräte abgemeldet.", "All devices will be signed out."])}
            {page.Form(ResetPath, Markup.Of($"""
                {Controls.Hidden("token", token)}
                {Controls.Input(new("password", page["Neues Passwort", "New password"], "password", "new-password") { Longest = 512, Focus = true, Problem = problem, Hint = page["Mindestens 8 Zeichen. Drei zufällige Wörter sind gut.", "At least 8 characters. Three random words are good."] })}
                {Controls.Button(page["Passwort setzen", "Set the password"])}
                """))}
            """), status);
    }

    static IResult Gone(Page page)
    {
        var title = page["Dieser Link gilt nicht mehr", "This link no longer works"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Er wurde schon benutzt, ist älter als eine Stunde, oder du hast inzwischen einen neueren.", "It was used already, it is older than an hour, or you have a newer one by now."])}
            <p>{Controls.Link(ForgotPath, page["Neuen Link anfordern", "Ask for a new link"])}</p>
            """), 400);
    }
}
