using Mana.Auth.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Pages.Account;

/// <summary>The frame of <c>/account</c>: one page per subject, the same list of them on each. Those of other modules (<see cref="AccountSubject"/>) stand in it too.</summary>
internal static class AccountPages
{
    public const string Path = "/account";

    static readonly (string Path, string De, string En)[] Subjects =
    [
        (Path, "Profil", "Profile"),
        (SecurityPage.Path, "Sicherheit", "Security"),
        (SessionsPage.Path, "Geräte", "Devices"),
        (KeysPage.Path, "API-Schlüssel", "API keys"),
        (LogPage.Path, "Protokoll", "Security log"),
        (PrivacyPage.Path, "Daten", "Data"),
        (AppsPage.Path, "Apps", "Apps"),
    ];

    /// <summary>One subject, with the way to the others.</summary>
    /// <param name="path">Of the subject, to mark it.</param>
    public static IResult Show(Page page, string path, string title, Markup body, int status = 200, bool script = false)
    {
        var others = page.Http.RequestServices.GetServices<AccountSubject>().Select(subject => (subject.Path, subject.De, subject.En));
        var links = Subjects.Concat(others).Select(subject => Markup.Of(
            $"<a href=\"{subject.Path}\"{(subject.Path == path ? new Markup(" aria-current=\"page\"") : Markup.None)}>{page[subject.De, subject.En]}</a>"));
        return page.Show(title, Markup.Of($"""
            <nav class="tabs" aria-label="{page["Konto", "Account"]}">{links}</nav>
            <h1>{title}</h1>
            {body}
            """), status, wide: true, script: script, aside: page.Form(SignInPages.SignOutPath, Controls.Button(page["Abmelden", "Sign out"], "quiet"), "inline"));
    }

    /// <summary>What the address says was just done, in words.</summary>
    public static Markup Notice(Page page) => Controls.Done(page.Query["done"].ToString() switch
    {
        "saved" => page["Gespeichert.", "Saved."],
        "password" => page["Dein Passwort ist geändert. Die anderen Geräte wurden abgemeldet.", "Your password is changed. The other devices were signed out."],
        "email" => page["Wir haben einen Link an die neue Adresse geschickt. Sie gilt, sobald du ihn benutzt.", "We have sent a link to the new address. It counts as soon as you use it."],
        "second-factor" => page["Der zweite Faktor ist eingeschaltet.", "The second factor is on."],
        "second-factor-off" => page["Der zweite Faktor ist ausgeschaltet.", "The second factor is off."],
        "passkey" => page["Der Passkey ist angelegt.", "The passkey is created."],
        "passkey-removed" => page["Der Passkey ist entfernt.", "The passkey is removed."],
        "revoked" => page["Abgemeldet.", "Signed out."],
        "key-revoked" => page["Der Schlüssel gilt nicht mehr.", "The key no longer works."],
        "disconnected" => page["Die App hat keinen Zugriff mehr.", "The app has no access any more."],
        _ => null,
    });

    public static Markup Card(string title, Markup content, string? lead = null, string? id = null) => Markup.Of($"""
        <section class="card"{(id is null ? Markup.None : Markup.Of($" id=\"{id}\""))}><h2>{title}</h2>{(lead is null ? Markup.None : Markup.Of($"<p class=\"lead\">{lead}</p>"))}{content}</section>
        """);
}
