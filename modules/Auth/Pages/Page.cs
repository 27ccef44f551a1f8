using System.Reflection;
using Mana.Auth.Passwords;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary>One request for a page of the account or the way into it. Handlers take it as a parameter.</summary>
internal sealed class Page(HttpContext http)
{
    readonly PageFrame _frame = new(http);

    public HttpContext Http => http;

    public IQueryCollection Query => http.Request.Query;

    public Visitor Visitor { get; } = Visitor.Of(http);

    /// <summary>The browser's, unless the app that sent it here asked for another.</summary>
    public string Locale
    {
        get => _frame.Locale;
        set => _frame.Locale = value;
    }

    /// <summary>The text in the visitor's language.</summary>
    public string this[string de, string en] => _frame[de, en];

    public static ValueTask<Page?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<Page?>(new Page(context));

    /// <summary>What was sent; a request of another kind has no fields. A guard has checked it for forgery already.</summary>
    public Task<IFormCollection> FormAsync() => _frame.FormAsync();

    /// <summary>A form that changes something: only this page's own, and only once it was shown to this browser.</summary>
    public Markup Form(string action, Markup fields, string? kind = null) => _frame.Form(action, fields, kind);

    /// <summary>A day and time in UTC, with its zone.</summary>
    public string Instant(DateTimeOffset at) => _frame.Written(at, "d. MMMM yyyy, HH:mm 'UTC'", "d MMMM yyyy, HH:mm 'UTC'");

    /// <summary>The whole document.</summary>
    /// <param name="leadsTo">Where a form of this page may end up, addresses parted by blanks.</param>
    /// <param name="wide">With a list in it.</param>
    /// <param name="script">Runs the page's script (passkeys, copying).</param>
    public IResult Show(string title, Markup body, int status = 200, string? leadsTo = null, bool wide = false, bool script = false, Markup aside = default, string? goesTo = null) => _frame.Show(
        new PageDocument(title, body)
        {
            Kind = wide ? "wide" : "narrow",
            Aside = aside,
            Script = script ? PageAssets.Script : null,
            FormPlaces = [.. (leadsTo ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(FormSource).OfType<string>().Distinct()],
            GoesTo = goesTo,
        },
        status);

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
    public static IResult SeeOther(string place) => PageFrame.SeeOther(place);
}
