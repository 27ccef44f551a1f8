using System.Reflection;
using Mana.Auth.Contracts;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Mana.Analytics.Pages;

/// <summary>One request for a page of the board and its answer, in the look of the account's pages: no script at all, styles by nonce, nothing from elsewhere.</summary>
internal sealed class BoardFrame(HttpContext http)
{
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

    readonly PageFrame _frame = new(http, "vote");

    public HttpContext Http => http;

    public IQueryCollection Query => http.Request.Query;

    /// <summary>The text in the visitor's language.</summary>
    public string this[string de, string en] => _frame[de, en];

    public static ValueTask<BoardFrame?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<BoardFrame?>(new BoardFrame(context));

    /// <summary>Who looks, by the session cookie of their browser; null for anybody.</summary>
    public async Task<CurrentUser?> VisitorAsync() =>
        (await http.AuthenticateAsync(SessionSchemes.Cookie)).Succeeded ? http.Features.Get<CurrentUser>() : null;

    public string Day(DateTimeOffset at) => _frame.Written(at, "d. MMMM yyyy", "d MMMM yyyy");

    /// <summary>A form that changes something: only this page's own, and only once it was shown to this browser.</summary>
    public Markup Form(string action, Markup fields) => _frame.Form(action, fields);

    /// <summary>The whole document.</summary>
    public IResult Show(string title, Markup body, CurrentUser? visitor = null, int status = 200)
    {
        var aside = visitor is null
            ? Controls.Link($"{SessionSchemes.SignInPath}?callbackURL={Uri.EscapeDataString(http.Request.Path)}", this["Anmelden", "Sign in"])
            : Controls.Link("/account", this["Konto", "Account"]);
        return _frame.Show(new PageDocument(title, body) { Kind = "wide", Style = More, Aside = Markup.Of($"<span class=\"aside\">{aside}</span>"), IsPublic = true }, status);
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
