using Mana.Auth.ApiKeys;
using Mana.Auth.Data;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages.Account;

/// <summary><c>/account/keys</c>: keys for programs. A key is shown once, in the answer to the form that made it.</summary>
internal static class KeysPage
{
    public const string Path = "/account/keys";

    public static async Task<IResult> ShowAsync(Page page, CurrentUser caller, ApiKeyManagement keys, CancellationToken cancellationToken) =>
        All(page, await keys.ListAsync(caller.UserId, cancellationToken), null, null);

    public static async Task<IResult> ChangeAsync(Page page, CurrentUser caller, ApiKeyManagement keys, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        if (form["revoke"].ToString() is { Length: > 0 } id)
        {
            await keys.RevokeAsync(caller.UserId, id, page.Visitor.Client, cancellationToken);
            return Page.SeeOther(Path + "?done=key-revoked");
        }

        var made = await keys.CreateAsync(caller.UserId, form["name"], form["scope"], null, page.Visitor.Client, cancellationToken);
        var list = await keys.ListAsync(caller.UserId, cancellationToken);
        return made switch
        {
            ApiKeyCreation.Created { Text: var text } => All(page, list, text, null),
            ApiKeyCreation.TooMany => All(page, list, null, page[$"Es gibt schon {ApiKeyManagement.MostActive} Schlüssel. Widerrufe erst einen.", $"There are {ApiKeyManagement.MostActive} keys already. Revoke one first."], 409),
            _ => All(page, list, null, page["Bitte gib einen Namen mit höchstens 100 Zeichen an.", "Please give a name of at most 100 characters."], 400),
        };
    }

    static IResult All(Page page, IReadOnlyList<ApiKey> keys, string? made, string? problem, int status = 200)
    {
        var active = keys.Where(key => key.RevokedAt is null).Select(key => Row(page, key)).ToList();
        var shown = made is null ? Markup.None : Markup.Of($"""
            <section class="card notice good" role="status"><h2>{page["Dein neuer Schlüssel", "Your new key"]}</h2>
            <p>{page["Kopiere ihn jetzt: er wird nicht noch einmal gezeigt.", "Copy it now: it will not be shown again."]}</p><p><code class="secret" data-copy>{made}</code></p></section>
            """);
        var scopes = ApiKeyScopes.All.Select(scope => Controls.Check("scope", scope, ApiKeyScopes.Default.Contains(scope), scope));
        return AccountPages.Show(page, Path, page["API-Schlüssel", "API keys"], Markup.Of($"""
            {AccountPages.Notice(page)}{shown}
            {AccountPages.Card(page["Deine Schlüssel", "Your keys"], active.Count == 0 ? Markup.Of($"<p class=\"fine\">{page["Noch keine.", "None yet."]}</p>") : Markup.Of($"<ul class=\"rows\">{active}</ul>"))}
            {AccountPages.Card(page["Neuer Schlüssel", "New key"], page.Form(Path, Markup.Of($"""
                {Controls.Problem(problem)}
                {Controls.Input(new("name", page["Wofür er ist", "What it is for"]) { Longest = 100 })}
                <fieldset><legend>{page["Wozu er berechtigt", "What it may do"]}</legend><div class="checks">{scopes}</div></fieldset>
                {Controls.Button(page["Schlüssel anlegen", "Make the key"])}
                """)))}
            """), status, script: made is not null);
    }

    static Markup Row(Page page, ApiKey key)
    {
        var used = key.LastUsedAt is { } at ? page[$"zuletzt benutzt {page.Instant(at)}", $"last used {page.Instant(at)}"] : page["nie benutzt", "never used"];
        return Markup.Of($"""
            <li><div><strong>{key.Name}</strong><small><code>{key.KeyPrefix}…</code> · {used}</small></div>
            {page.Form(Path, Markup.Of($"{Controls.Hidden("revoke", key.Id)}<button type=\"submit\" class=\"danger\" aria-label=\"{page[$"{key.Name} widerrufen", $"Revoke {key.Name}"]}\">{page["Widerrufen", "Revoke"]}</button>"), "inline")}</li>
            """);
    }
}
