using System.Globalization;
using System.Reflection;
using Mana.Kernel.Ids;
using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Admin;

/// <summary>
/// One request for a page of <c>/admin</c> and its answer, in the look of the account's pages: no script at all, styles by nonce, nothing from
/// elsewhere. Handlers take it as a parameter, and tell it what they did, for the security log.
/// </summary>
public sealed class AdminPage(HttpContext http)
{
    const int NonceLength = 16;

    readonly string _nonce = NewNonce(http.RequestServices.GetRequiredService<IIdSource>());

    public HttpContext Http => http;

    public IQueryCollection Query => http.Request.Query;

    /// <summary>German unless the first language that we have is English (auth.md 23).</summary>
    public string Locale { get; } = http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1).Select(language => language.Value.Value ?? "")
        .FirstOrDefault(language => language.StartsWith("en", StringComparison.OrdinalIgnoreCase) || language.StartsWith("de", StringComparison.OrdinalIgnoreCase))
        ?.StartsWith("en", StringComparison.OrdinalIgnoreCase) == true ? "en" : "de";

    internal string? Action { get; private set; }

    internal string? UserId { get; private set; }

    internal string? Target { get; private set; }

    internal string? Value { get; private set; }

    internal bool HasFailed { get; private set; }

    /// <summary>The text in the visitor's language.</summary>
    public string this[string de, string en] => Locale == "en" ? en : de;

    public static ValueTask<AdminPage?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<AdminPage?>(new AdminPage(context));

    /// <summary>This is about a person: the log says about whom.</summary>
    public void About(string userId) => UserId = userId;

    /// <summary>What is being done, for the log.</summary>
    /// <param name="value">What is wanted, in a word; never a secret.</param>
    public void Does(string action, string? target = null, string? value = null) => (Action, Target, Value) = (action, target, value);

    /// <summary>The page's number from the address: 1 …</summary>
    public int Number(int last = 10_000) => int.TryParse(Query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? Math.Clamp(wanted, 1, last) : 1;

    /// <summary>What was sent. The guard has read it already and checked it for forgery.</summary>
    public async Task<IFormCollection> FormAsync() =>
        http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;

    /// <summary>A day and time in UTC.</summary>
    public string Instant(DateTimeOffset? at) => at is { } known ? known.UtcDateTime.ToString(this["d. MMM yyyy HH:mm:ss", "d MMM yyyy HH:mm:ss"], CultureInfo.GetCultureInfo(Locale)) : "–";

    /// <summary>A form that changes something: only this page's own, and only once it was shown to this browser.</summary>
    public Markup Form(string action, Markup fields, string kind = "inline")
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        return Markup.Of($"""<form method="post" action="{action}" class="{kind}"><input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}">{fields}</form>""");
    }

    /// <summary>It was done: the page again, which then says so (<see cref="AdminParts.Notice"/>).</summary>
    public static IResult Done(string path, string word) => SeeOther($"{path}?done={Uri.EscapeDataString(word)}");

    /// <summary>It was not: the page again, which then says why.</summary>
    public IResult Failed(string path, string word)
    {
        HasFailed = true;
        return SeeOther($"{path}?failed={Uri.EscapeDataString(word)}");
    }

    /// <summary>One subject, with the way to the others.</summary>
    /// <param name="section">Path of the subject, to mark it.</param>
    public IResult Show(string section, string title, Markup body, int status = 200)
    {
        var links = http.RequestServices.GetServices<AdminSection>().OrderBy(known => known.Order).Select(known => Markup.Of(
            $"<a href=\"{known.Path}\"{(known.Path == section ? new Markup(" aria-current=\"page\"") : Markup.None)}>{this[known.De, known.En]}</a>"));
        return Document(title, Markup.Of($"""
            <nav class="tabs" aria-label="{this["Verwaltung", "Administration"]}">{links}</nav>
            <h1>{title}</h1>
            {body}
            """), status, Controls.Link("/account", this["Konto", "Account"]));
    }

    /// <summary>A page for those who may not see more.</summary>
    internal IResult Bare(string title, string text, int status) =>
        Document(title, Markup.Of($"{Controls.Title(title, text)}<p>{Controls.Link(http.Request.Path, this["Noch einmal versuchen", "Try again"])}</p>"), status, Markup.None);

    /// <summary>To another page.</summary>
    public static IResult SeeOther(string place) => new SeeOtherResult(place);

    IResult Document(string title, Markup body, int status, Markup aside)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{_nonce}'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers.CacheControl = "no-store";
        headers.ContentLanguage = Locale;
        headers.Vary = "Accept-Language, Cookie";
        headers["Referrer-Policy"] = "same-origin";
        var html = Markup.Of($"""
            <!doctype html>
            <html lang="{Locale}">
            <head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">
            <title>{title} · Mana</title>
            <link rel="stylesheet" nonce="{_nonce}" href="{PageStyle.Sheet.Path}"><link rel="icon" href="{PageStyle.Icon}"><style nonce="{_nonce}">{new Markup(AdminParts.Style)}</style>
            </head>
            <body class="wide admin">
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

    sealed class SeeOtherResult(string place) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => StatusCodes.Status303SeeOther;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = place;
            httpContext.Response.Headers["Referrer-Policy"] = "same-origin";
            return Task.CompletedTask;
        }
    }
}
