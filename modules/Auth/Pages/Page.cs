using System.Globalization;
using System.Reflection;
using Mana.Auth.Passwords;
using Mana.Kernel.Ids;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Pages;

/// <summary>
/// One request for a page, and its answer: language, form, frame and headers. Handlers take it as a parameter. Scripts and styles run only
/// with this answer's nonce, nothing is loaded from elsewhere, nobody may frame it (auth.md 3.3).
/// </summary>
internal sealed class Page(HttpContext http)
{
    const int NonceLength = 16;

    readonly string _nonce = NewNonce(http.RequestServices.GetRequiredService<IIdSource>());

    public HttpContext Http => http;

    public Visitor Visitor { get; } = Visitor.Of(http);

    /// <summary>The browser's, unless the app that sent it here asked for another.</summary>
    public string Locale
    {
        get => field ?? Visitor.Locale;
        set;
    }

    public IQueryCollection Query => http.Request.Query;

    /// <summary>The text in the visitor's language.</summary>
    public string this[string de, string en] => Locale == "en" ? en : de;

    public static ValueTask<Page?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<Page?>(new Page(context));

    /// <summary>What was sent; an answer of another kind has no fields. The group has checked it for forgery already.</summary>
    public async Task<IFormCollection> FormAsync() =>
        http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;

    /// <summary>A day and time in UTC, with its zone, because the server does not know that of the browser.</summary>
    public string Instant(DateTimeOffset at) => at.UtcDateTime.ToString(this["d. MMMM yyyy, HH:mm 'UTC'", "d MMMM yyyy, HH:mm 'UTC'"], CultureInfo.GetCultureInfo(Locale));

    /// <summary>A form that changes something: only this page's own, and only once it was shown to this browser.</summary>
    public Markup Form(string action, Markup fields, string? kind = null)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        return Markup.Of($"""<form method="post" action="{action}" class="{kind ?? "stack"}"><input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}">{fields}</form>""");
    }

    /// <summary>The whole document.</summary>
    /// <param name="leadsTo">Where a form of this page may end up, addresses parted by blanks: browsers apply <c>form-action</c> to redirects too.</param>
    /// <param name="wide">With a list in it.</param>
    /// <param name="aside">At the far end of the letterhead.</param>
    /// <param name="goesTo">The browser goes on there by itself, as if a link had been followed.</param>
    /// <param name="script">Runs the page's script (passkeys, copying).</param>
    public IResult Show(string title, Markup body, int status = 200, string? leadsTo = null, bool wide = false, bool script = false, Markup aside = default, string? goesTo = null)
    {
        var headers = http.Response.Headers;
        var sources = (leadsTo ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(FormSource).OfType<string>().Distinct().Select(source => " " + source);
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'nonce-{_nonce}'; script-src 'nonce-{_nonce}'; connect-src 'self'; img-src 'self' data:; form-action 'self'{string.Concat(sources)}; frame-ancestors 'none'; base-uri 'none'";
        headers.CacheControl = "no-store";
        headers.ContentLanguage = Locale;
        headers.Vary = "Accept-Language";
        // Not no-referrer: with that, browsers send "Origin: null" along with our own forms.
        headers["Referrer-Policy"] = "same-origin";
        var js = script ? Markup.Of($"""<script type="module" nonce="{_nonce}" src="{PageAssets.Script.Path}"></script>""") : Markup.None;
        var refresh = goesTo is null ? Markup.None : Markup.Of($"""<meta http-equiv="refresh" content="0;url={goesTo}">""");
        var html = Markup.Of($"""
            <!doctype html>
            <html lang="{Locale}">
            <head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">{refresh}
            <title>{title} · Mana</title>
            <link rel="stylesheet" nonce="{_nonce}" href="{PageAssets.Style.Path}"><link rel="icon" href="{PageAssets.Icon}">{js}
            </head>
            <body class="{(wide ? "wide" : "narrow")}">
            <a class="skip" href="#main">{this["Zum Inhalt", "Skip to content"]}</a>
            <header class="brand"><svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><path d="M16 2c5 6 9 10 9 17a9 9 0 0 1-18 0C7 12 11 8 16 2Z"/></svg><span>Mana</span>{aside}</header>
            <main id="main" tabindex="-1">{body}</main>
            </body>
            </html>
            """);
        return Results.Content(html.Text, "text/html; charset=utf-8", statusCode: status);
    }

    /// <summary>
    /// Answers a form whose way leads to other sites. Chromium applies <c>form-action</c> to every redirect behind a form, also to those that a
    /// client makes of its own, to origins that nobody here knows; from this page a new navigation begins, which no form started.
    /// </summary>
    public IResult GoOn(string place)
    {
        var title = this["Einen Moment", "One moment"];
        var shown = Show(title, Markup.Of($"""
            {Controls.Title(title, this["Es geht gleich weiter.", "You are being taken on."])}
            <p>{Controls.Link(place, this["Weiter", "Continue"])}</p>
            """), goesTo: place);
        // There may be a code in the place.
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return shown;
    }

    /// <summary>A place as the policy's <c>form-action</c> writes it: its origin; the scheme of an app; null for a path of ours.</summary>
    public static string? FormSource(string? place) => !Uri.TryCreate(place, UriKind.Absolute, out var uri) || uri.IsFile ? null
        : uri.Scheme is not ("http" or "https") || uri.HostNameType == UriHostNameType.IPv6 ? uri.Scheme + ":" : uri.GetLeftPart(UriPartial.Authority);

    /// <summary>After something was changed: loading again repeats nothing.</summary>
    public static IResult SeeOther(string place) => new SeeOtherResult(place);

    static string NewNonce(IIdSource ids)
    {
        Span<byte> bytes = stackalloc byte[NonceLength];
        ids.Fill(bytes);
        return Convert.ToBase64String(bytes);
    }

    sealed class SeeOtherResult(string place) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = place;
            httpContext.Response.Headers["Referrer-Policy"] = "same-origin";
            return Task.CompletedTask;
        }
    }
}
