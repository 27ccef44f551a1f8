using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.EmailChange;
using Mana.Auth.Passwords;
using Mana.Auth.Profile;
using Mana.Auth.Recovery;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account</c>: name and address.</summary>
internal static class ProfilePage
{
    public const string EmailPath = "/account/email";
    const int LongestName = 80;

    public static async Task<IResult> ShowAsync(Page page, CurrentUser caller, Profiles profiles, CancellationToken cancellationToken) =>
        Form(page, await profiles.ReadAsync(caller, cancellationToken), new Problems());

    public static async Task<IResult> SaveAsync(Page page, CurrentUser caller, Profiles profiles, CancellationToken cancellationToken)
    {
        var name = (await page.FormAsync())["name"].ToString().Trim();
        if (name.Length is 0 or > LongestName || StoredText.Shortened(name, LongestName) != name)
            return Form(page, await profiles.ReadAsync(caller, cancellationToken), new Problems(Name: page[$"1 bis {LongestName} Zeichen.", $"1 to {LongestName} characters."]), null, 400);
        await profiles.ChangeAsync(caller, new ProfileChange(name, false, null), page.Visitor.Client, cancellationToken);
        return Page.SeeOther(AccountPages.Path + "?done=saved");
    }

    /// <summary>Only with the password (auth.md 5.5).</summary>
    public static async Task<IResult> ChangeEmailAsync(
        Page page, CurrentUser caller, Profiles profiles, PasswordChange passwords, EmailChanges changes, AuthOptions options, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var user = await profiles.ReadAsync(caller, cancellationToken);
        var (wrong, status) = await passwords.ConfirmAsync(caller, form["password"], page.Visitor, cancellationToken) switch
        {
            PasswordChangeResult.Done => (null, 0),
            PasswordChangeResult.Locked locked => (PageErrors.Wait(page, locked.RetryAfterSeconds), 429),
            PasswordChangeResult.Busy => (PageErrors.Wait(page, HashingGate.RetryAfterSeconds), 429),
            _ => (page["Das ist nicht dein Passwort.", "This is not your password."], 400),
        };
        if (wrong is not null)
            return Form(page, user, new Problems(Password: wrong), form["email"], status);
        var problem = await changes.RequestAsync(caller, form["email"], options.BaseUrl + SignInPages.Path, page.Visitor, cancellationToken);
        return problem is null
            ? Page.SeeOther(AccountPages.Path + "?done=email")
            : Form(page, user, new Problems(Email: page["Diese Adresse geht nicht, oder es waren heute zu viele.", problem]), form["email"], 400);
    }

    sealed record Problems(string? Name = null, string? Email = null, string? Password = null);

    static IResult Form(Page page, User user, Problems problems, string? email = null, int status = 200) => AccountPages.Show(
        page, AccountPages.Path, page["Profil", "Profile"], Markup.Of($"""
            {AccountPages.Notice(page)}
            {AccountPages.Card(page["Name", "Name"], page.Form(AccountPages.Path, Markup.Of($"""
                {Controls.Input(new("name", page["Wie dich andere sehen", "How others see you"], "text", "name") { Value = user.Name, Longest = LongestName, Problem = problems.Name })}
                {Controls.Button(page["Speichern", "Save"])}
                """)))}
            {AccountPages.Card(page["E-Mail-Adresse", "E-mail address"], page.Form(EmailPath, Markup.Of($"""
                {Controls.Input(new("email", page["Neue Adresse", "New address"], "email", "email") { Value = email, Longest = 254, Problem = problems.Email })}
                {Controls.Input(new("password", page["Dein Passwort", "Your password"], "password", "current-password") { Longest = 512, Problem = problems.Password })}
                {Controls.Button(page["Adresse ändern", "Change the address"], "secondary")}
                """)), page[$"Zurzeit: {user.Email}", $"At present: {user.Email}"])}
            {AccountPages.Card(page["Konto", "Account"], Markup.Of($"""
                <dl><dt>{page["Kennung", "Id"]}</dt><dd><code>{user.Id}</code></dd>
                <dt>{page["Stufe", "Tier"]}</dt><dd>{LowerCaseEnum.Text(user.AccessTier)}</dd>
                <dt>{page["Angelegt", "Created"]}</dt><dd>{page.Instant(user.CreatedAt)}</dd></dl>
                """))}
            """), status);
}
