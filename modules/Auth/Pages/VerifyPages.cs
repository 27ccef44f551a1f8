using Mana.Auth.Verification;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary><c>/verify</c>: asks for the mail again, and takes the token of a link. Looking uses no link up; machines that read mails press no buttons.</summary>
internal static class VerifyPages
{
    public const string Path = "/verify";

    public static IResult Show(Page page) => page.Query["token"].ToString() is { Length: > 0 } token
        ? Ask(page, token)
        : Resend(page, page["E-Mail-Adresse bestätigen", "Confirm your e-mail address"],
            page["Wir schicken dir den Link noch einmal.", "We send you the link again."], page.Query["email"],
            string.IsNullOrEmpty(page.Query["error"]) ? null : page["Dieser Link gilt nicht mehr. Fordere einen neuen an.", "This link no longer works. Ask for a new one."]);

    public static async Task<IResult> VerifyAsync(Page page, EmailVerification verification, AuthOptions options, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        if (form["token"].ToString() is not { Length: > 0 } token)
        {
            await verification.RequestAsync(form["email"], options.BaseUrl + SignInPages.Path, page.Visitor, cancellationToken);
            return Sent(page, form["email"]);
        }

        return await verification.VerifyAsync(token, page.Visitor.Client, cancellationToken) is VerificationResult.Verified done
            ? Page.SeeOther($"{SignInPages.Path}?verified=true&email={Uri.EscapeDataString(done.Account.Email)}")
            : Page.SeeOther(Path + "?error=INVALID_TOKEN");
    }

    /// <summary>After registering, and after asking again; for every address the same.</summary>
    public static IResult Sent(Page page, string? email) => Resend(page, page["Sieh in deine Mails", "Check your mail"], page[
        $"Wenn {email} zu einem neuen Konto gehört, ist dorthin ein Link unterwegs. Er gilt 24 Stunden.",
        $"If {email} belongs to a new account, a link is on its way there. It works for 24 hours."], email, null);

    public static IResult Unverified(Page page, string? email) => Resend(page, page["Fast fertig", "Almost there"], page[
        "Deine Adresse ist noch nicht bestätigt. Wir haben dir einen Link geschickt.", "Your address is not confirmed yet. We have sent you a link."], email, null, 403);

    static IResult Ask(Page page, string token)
    {
        var title = page["E-Mail-Adresse bestätigen", "Confirm your e-mail address"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Ein Schritt noch.", "One more step."])}
            {page.Form(Path, Markup.Of($"{Controls.Hidden("token", token)}{Controls.Button(page["Bestätigen", "Confirm"])}"))}
            """));
    }

    static IResult Resend(Page page, string title, string lead, string? email, string? problem, int status = 200) => page.Show(title, Markup.Of($"""
        {Controls.Title(title, lead)}{Controls.Problem(problem)}
        {page.Form(Path, Markup.Of($"""
            {Controls.Input(new("email", page["E-Mail-Adresse", "E-mail address"], "email", "email") { Value = email, Longest = 254 })}
            {Controls.Button(page["Link noch einmal schicken", "Send the link again"], "secondary")}
            """))}
        <nav class="foot">{Controls.Link(SignInPages.Path, page["Zur Anmeldung", "To sign-in"])}</nav>
        """), status);
}
