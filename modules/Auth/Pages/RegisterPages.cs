using Mana.Auth.Accounts;
using Mana.Auth.Origins;
using Mana.Auth.Passwords;
using Mana.Auth.SignUp;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary><c>/register</c>. An address that has an account already gets the same answer as any other.</summary>
internal static class RegisterPages
{
    public const string Path = "/register";

    public static async Task<IResult> ShowAsync(Page page, TrustedOrigins origins, SignUpGate gate, CancellationToken cancellationToken)
    {
        var status = await gate.StatusAsync(cancellationToken);
        return Form(page, origins.Target(page.Query["callbackURL"]), null, null, status.RegistrationOpen ? null : Full(page));
    }

    public static async Task<IResult> RegisterAsync(
        Page page, Registration registration, TrustedOrigins origins, AuthOptions options, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var target = origins.Target(form["callbackURL"]);
        var wanted = new NewAccount(form["email"], form["password"], form["name"], target ?? options.BaseUrl + SignInPages.Path);
        return await registration.RegisterAsync(wanted, page.Visitor, cancellationToken) switch
        {
            RegistrationResult.Registered { NeedsVerification: true } done => VerifyPages.Sent(page, done.Account.Email),
            RegistrationResult.Registered done => Page.SeeOther($"{SignInPages.Path}?email={Uri.EscapeDataString(done.Account.Email)}&callbackURL={Uri.EscapeDataString(target ?? "")}"),
            RegistrationResult.Invalid invalid => Form(page, target, wanted, invalid, null, 400),
            RegistrationResult.Weak weak => Form(page, target, wanted, new RegistrationResult.Invalid("password", WeakPasswordText.Of(page, weak.Password)), null, 400),
            RegistrationResult.Full => Form(page, target, wanted, null, Full(page), 429),
            _ => Form(page, target, wanted, null, PageErrors.Wait(page, HashingGate.RetryAfterSeconds), 429),
        };
    }

    static string Full(Page page) => page[
        "Für heute sind alle Plätze vergeben. Bitte versuche es morgen wieder.", "All places for today are taken. Please try again tomorrow."];

    static IResult Form(Page page, string? target, NewAccount? wanted, RegistrationResult.Invalid? invalid, string? problem, int status = 200)
    {
        string? Problem(string field) => invalid?.Field != field ? null : field switch
        {
            "email" => page["Das ist keine E-Mail-Adresse.", "This is no e-mail address."],
            "name" => page["Höchstens 100 Zeichen.", "At most 100 characters."],
            _ => invalid.Problem == "Required" ? page["Bitte wähle ein Passwort.", "Please choose a password."] : invalid.Problem,
        };
        var fields = Markup.Of($"""
            {Controls.Hidden("callbackURL", target)}
            {Controls.Input(new("name", page["Name", "Name"], "text", "name") { Value = wanted?.Name, Required = false, Longest = Registration.LongestName, Problem = Problem("name"), Hint = page["Wie dich andere sehen", "How others see you"] })}
            {Controls.Input(new("email", page["E-Mail-Adresse", "E-mail address"], "email", "email") { Value = wanted?.Email, Longest = 254, Problem = Problem("email"), Focus = invalid is null })}
            {Controls.Input(new("password", page["Passwort", "Password"], "password", "new-password") { Longest = 512, Problem = Problem("password"), Hint = page["Mindestens 8 Zeichen. Drei zufällige Wörter sind gut.", "At least 8 characters. Three random words are good."] })}
            {Controls.Button(page["Konto erstellen", "Create the account"])}
            """);
        var title = page["Konto erstellen", "Create an account"];
        var body = Markup.Of($"""
            {Controls.Title(title, page["Ein Konto für alle Mana-Apps.", "One account for all Mana apps."])}
            {Controls.Problem(problem)}
            {page.Form(Path, fields)}
            <nav class="foot">{Controls.Link(target is null ? SignInPages.Path : SignInPages.PathFor(target), page["Ich habe schon ein Konto", "I have an account already"])}</nav>
            """);
        return page.Show(title, body, status, target);
    }
}
