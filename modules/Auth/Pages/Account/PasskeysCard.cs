using Mana.Auth.Data;
using Mana.Auth.Passkeys;
using Mana.Auth.StepUp;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary>Passkeys in <c>/account/security</c>. Making one needs the browser's own dialogue, so it needs script; the rest does not.</summary>
internal static class PasskeysCard
{
    public const string Path = "/account/passkeys";

    public static async Task<IResult> ChangeAsync(
        Page page, CurrentUser caller, PasskeyList passkeys, SecurityPage.Cards cards, SessionGuard guard, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        if (form["remove"].ToString() is { Length: > 0 } gone)
        {
            // Removing the owner's passkeys is what somebody at an open browser would do.
            if (await guard.RefuseAsync(page.Http, stepUp: true, cancellationToken) is { } refused)
                return refused;
            await passkeys.RemoveAsync(caller, gone, page.Visitor, cancellationToken);
            return Page.SeeOther(SecurityPage.Path + "?done=passkey-removed");
        }

        if (PasskeyName.Clean(form["name"]) is not { } name)
            return await cards.ShowAsync(page, caller, new(Passkey: page[$"Ein Name hat 1 bis {PasskeyName.Longest} Zeichen.", $"A name has 1 to {PasskeyName.Longest} characters."]), cancellationToken);
        await passkeys.RenameAsync(caller, form["rename"].ToString(), name, page.Visitor, cancellationToken);
        return Page.SeeOther(SecurityPage.Path + "?done=saved");
    }

    public static Markup Of(Page page, IReadOnlyList<Passkey> passkeys, string? problem) => AccountPages.Card("Passkeys", Markup.Of($"""
        {Controls.Problem(problem)}
        {(passkeys.Count == 0 ? Markup.None : Markup.Of($"<ul class=\"rows\">{passkeys.Select(passkey => Row(page, passkey))}</ul>"))}
        <form class="stack" data-passkey-new hidden>
        <div class="field"><label for="passkey-name">{page["Name", "Name"]}</label><input id="passkey-name" name="name" maxlength="{PasskeyName.Longest}" placeholder="{page["Mein Telefon", "My phone"]}" autocomplete="off"></div>
        {Controls.Button(page["Passkey anlegen", "Create a passkey"], "secondary")}</form>
        """), page["Anmelden mit Fingerabdruck, Gesicht oder Sicherheitsschlüssel, ohne Passwort.", "Sign in with fingerprint, face or security key, without a password."], "passkeys");

    static Markup Row(Page page, Passkey passkey)
    {
        var used = passkey.LastUsedAt is { } at ? page[$"zuletzt benutzt {page.Instant(at)}", $"last used {page.Instant(at)}"] : page["nie benutzt", "never used"];
        var flagged = passkey.FlaggedAt is null ? Markup.None
            : Controls.Problem(page["Es könnte eine Kopie dieses Passkeys geben. Entferne ihn.", "There may be a copy of this passkey. Remove it."]);
        return Markup.Of($"""
            <li><div><strong>{passkey.Name}</strong><small>{page[$"angelegt {page.Instant(passkey.CreatedAt)}", $"created {page.Instant(passkey.CreatedAt)}"]} · {used}</small>{flagged}
            <details><summary>{page["Umbenennen", "Rename"]}</summary>{page.Form(Path, Markup.Of($"""
                {Controls.Hidden("rename", passkey.Id)}
                <input name="name" value="{passkey.Name}" maxlength="{PasskeyName.Longest}" required aria-label="{page["Neuer Name", "New name"]}">{Controls.Button(page["Speichern", "Save"], "secondary")}
                """), "row")}</details></div>
            {page.Form(Path, Markup.Of($"{Controls.Hidden("remove", passkey.Id)}<button type=\"submit\" class=\"danger\" aria-label=\"{page[$"{passkey.Name} entfernen", $"Remove {passkey.Name}"]}\">{page["Entfernen", "Remove"]}</button>"), "inline")}</li>
            """);
    }
}
