namespace Mana.Kernel.Pages;

/// <summary>What a page says; <see cref="PageFrame"/> puts the frame of all pages around it: head, letterhead, policy.</summary>
/// <param name="Title">Of the tab, without the product's name.</param>
public sealed record PageDocument(string Title, Markup Body)
{
    /// <summary>Classes of the body: <c>narrow</c> for one form, <c>wide</c> with a list in it.</summary>
    public string Kind { get; init; } = "narrow";

    /// <summary>At the far end of the letterhead.</summary>
    public Markup Aside { get; init; }

    /// <summary>Rules beyond the style sheet of all pages.</summary>
    public string? Style { get; init; }

    /// <summary>The one script that runs, from <c>/pages</c>; without it none may.</summary>
    public PageAsset? Script { get; init; }

    /// <summary>Origins and schemes where a form of this page may end up beside this one: browsers apply <c>form-action</c> to redirects too.</summary>
    public IReadOnlyList<string> FormPlaces { get; init; } = [];

    /// <summary>The browser goes on there by itself, as if a link had been followed.</summary>
    public string? GoesTo { get; init; }

    /// <summary>Search engines may list it.</summary>
    public bool IsPublic { get; init; }

    internal string Policy(string nonce) =>
        $"default-src 'none'; style-src 'nonce-{nonce}'; {(Script is null ? "" : $"script-src 'nonce-{nonce}'; connect-src 'self'; ")}img-src data:; form-action {string.Join(' ', FormPlaces.Prepend("'self'"))}; frame-ancestors 'none'; base-uri 'none'";

    internal Markup Html(string nonce, string locale)
    {
        var robots = IsPublic ? Markup.None : new Markup("""<meta name="robots" content="noindex">""");
        var refresh = GoesTo is null ? Markup.None : Markup.Of($"""<meta http-equiv="refresh" content="0;url={GoesTo}">""");
        var rules = Style is null ? Markup.None : Markup.Of($"""<style nonce="{nonce}">{new Markup(Style)}</style>""");
        var script = Script is null ? Markup.None : Markup.Of($"""<script type="module" nonce="{nonce}" src="{Script.Path}"></script>""");
        return Markup.Of($"""
            <!doctype html>
            <html lang="{locale}">
            <head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{robots}<meta name="color-scheme" content="light dark">{refresh}
            <title>{Title} · Mana</title>
            <link rel="stylesheet" nonce="{nonce}" href="{PageStyle.Sheet.Path}"><link rel="icon" href="{PageStyle.Icon}">{rules}{script}
            </head>
            <body class="{Kind}">
            <a class="skip" href="#main">{(locale == "en" ? "Skip to content" : "Zum Inhalt")}</a>
            <header class="brand"><svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><path d="M16 2c5 6 9 10 9 17a9 9 0 0 1-18 0C7 12 11 8 16 2Z"/></svg><span>Mana</span>{Aside}</header>
            <main id="main" tabindex="-1">{Body}</main>
            </body>
            </html>
            """);
    }
}
