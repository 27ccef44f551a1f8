using System.Globalization;
using System.Reflection;
using Mana.Auth.Contracts;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Kernel.Pages;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Analytics.Pages;

/// <summary>One request for a page of the board and its answer, in the look of the account's pages: no script at all, styles by nonce, nothing from elsewhere.</summary>
internal sealed class BoardFrame(HttpContext http)
{
    const int NonceLength = 16;

    const string More = """
        .filters { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: 0 0 1.25rem; }
        .filters label { display: grid; gap: .3rem; flex: 1 1 9rem; font-size: .8125rem; color: var(--soft); }
        .filters select { padding: .4rem .6rem; font-weight: 400; color: var(--ink); }
        .ideas { list-style: none; margin: 0; padding: 0; }
        .idea { display: grid; grid-template-columns: 3.5rem 1fr; gap: 1rem; padding: 1.1rem 1.25rem; }
        .card > .idea { padding: 0; } .wide .idea h1 { margin: 0 0 .5rem; }
        .idea h2 { font-size: 1.0625rem; margin: 0 0 .3rem; overflow-wrap: anywhere; } .idea h2 a { color: inherit; text-decoration: none; } .idea h2 a:hover { text-decoration: underline; }
        .idea p { margin: 0 0 .5rem; overflow-wrap: anywhere; white-space: pre-line; }
        .score { text-align: center; font-weight: 700; font-size: 1.25rem; line-height: 1.2; font-variant-numeric: tabular-nums; } .score small { display: block; font-weight: 400; }
        .score form { margin-top: .5rem; } .score button { min-height: 2.5rem; width: 3rem; padding: 0; }
        .mine { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 14%, transparent); }
        .meta { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; color: var(--soft); font-size: .8125rem; }
        .state { border-radius: 99px; padding: .1rem .6rem; font-weight: 600; background: color-mix(in srgb, var(--ink) 8%, transparent); color: var(--ink); }
        .completed.state { background: var(--good-paper); color: var(--good); } .declined.state { background: var(--bad-paper); color: var(--bad); }
        .answer { border-left: 3px solid var(--accent); padding-left: .9rem; margin: .75rem 0; }
        .reply { padding: .9rem 0; border-top: 1px solid var(--line); } .reply p { margin: 0 0 .3rem; overflow-wrap: anywhere; white-space: pre-line; }
        .pager { display: flex; justify-content: space-between; margin: 1.25rem 0; } .aside { margin-left: auto; font-weight: 400; font-size: .9375rem; letter-spacing: 0; }
        """;

    readonly string _nonce = NewNonce(http.RequestServices.GetRequiredService<IIdSource>());

    public HttpContext Http => http;

    public IQueryCollection Query => http.Request.Query;

    /// <summary>German unless the first language that we have is English (auth.md 23).</summary>
    public string Locale { get; } = VisitorLanguage.Of(http.Request);

    /// <summary>The text in the visitor's language.</summary>
    public string this[string de, string en] => Locale == "en" ? en : de;

    public static ValueTask<BoardFrame?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<BoardFrame?>(new BoardFrame(context));

    /// <summary>Who looks, by the session cookie of their browser; null for anybody.</summary>
    public async Task<CurrentUser?> VisitorAsync() =>
        (await http.AuthenticateAsync(SessionSchemes.Cookie)).Succeeded ? http.Features.Get<CurrentUser>() : null;

    public string Day(DateTimeOffset at) => at.UtcDateTime.ToString(this["d. MMMM yyyy", "d MMMM yyyy"], CultureInfo.GetCultureInfo(Locale));

    /// <summary>A form that changes something: only this page's own, and only once it was shown to this browser.</summary>
    public Markup Form(string action, Markup fields)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        return Markup.Of($"""<form method="post" action="{action}"><input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}">{fields}</form>""");
    }

    /// <summary>The whole document.</summary>
    public IResult Show(string title, Markup body, CurrentUser? visitor = null, int status = 200)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{_nonce}'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers.CacheControl = "no-store";
        headers.ContentLanguage = Locale;
        headers.Vary = "Accept-Language, Cookie";
        headers["Referrer-Policy"] = "same-origin";
        var aside = visitor is null
            ? Controls.Link($"{SessionSchemes.SignInPath}?callbackURL={Uri.EscapeDataString(http.Request.Path)}", this["Anmelden", "Sign in"])
            : Controls.Link("/account", this["Konto", "Account"]);
        var html = Markup.Of($"""
            <!doctype html>
            <html lang="{Locale}">
            <head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
            <title>{title} · Mana</title>
            <link rel="stylesheet" nonce="{_nonce}" href="{PageStyle.Sheet.Path}"><link rel="icon" href="{PageStyle.Icon}"><style nonce="{_nonce}">{new Markup(More)}</style>
            </head>
            <body class="wide">
            <a class="skip" href="#main">{this["Zum Inhalt", "Skip to content"]}</a>
            <header class="brand"><svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><path d="M16 2c5 6 9 10 9 17a9 9 0 0 1-18 0C7 12 11 8 16 2Z"/></svg><span>Mana</span><span class="aside">{aside}</span></header>
            <main id="main" tabindex="-1">{body}</main>
            </body>
            </html>
            """);
        return Results.Content(html.Text, "text/html; charset=utf-8", statusCode: status);
    }

    static string NewNonce(IIdSource ids)
    {
        Span<byte> bytes = stackalloc byte[NonceLength];
        ids.Fill(bytes);
        return Convert.ToBase64String(bytes);
    }
}

/// <summary>Refusals of these routes are pages.</summary>
internal sealed class BoardErrors : IErrorPage
{
    public Task WriteAsync(HttpContext context, ApiError error)
    {
        var page = new BoardFrame(context);
        var title = error.StatusCode switch
        {
            404 => page["Hier ist nichts", "Nothing here"],
            429 => page["Einen Moment bitte", "One moment, please"],
            >= 500 => page["Gerade geht es nicht", "Not available right now"],
            _ => page["Das ging nicht", "That did not work"],
        };
        return page.Show(title, Markup.Of($"{Controls.Title(title)}<p>{Controls.Link(BoardPages.Path, page["Zu allen Ideen", "All ideas"])}</p>"), status: error.StatusCode).ExecuteAsync(context);
    }
}
