using System.Globalization;
using System.Reflection;
using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Admin;

/// <summary>
/// One request for a page of <c>/admin</c> and its answer, in the look of the account's pages: no script at all, styles by nonce, nothing from
/// elsewhere. Handlers take it as a parameter, and tell it what they did, for the security log.
/// </summary>
public sealed class AdminPage(HttpContext http)
{
    readonly PageFrame _frame = new(http, "inline");

    public HttpContext Http => http;

    public IQueryCollection Query => http.Request.Query;

    /// <summary><c>de</c> or <c>en</c>.</summary>
    public string Locale => _frame.Locale;

    internal string? Action { get; private set; }

    internal string? UserId { get; private set; }

    internal string? Target { get; private set; }

    internal string? Value { get; private set; }

    internal bool HasFailed { get; private set; }

    /// <summary>The text in the visitor's language.</summary>
    public string this[string de, string en] => _frame[de, en];

    public static ValueTask<AdminPage?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<AdminPage?>(new AdminPage(context));

    /// <summary>This is about a person: the log says about whom.</summary>
    public void About(string userId) => UserId = userId;

    /// <summary>What is being done, for the log.</summary>
    /// <param name="value">What is wanted, in a word; never a secret.</param>
    public void Does(string action, string? target = null, string? value = null) => (Action, Target, Value) = (action, target, value);

    /// <summary>The page's number from the address: 1 …</summary>
    public int Number(int last = 10_000) => int.TryParse(Query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? Math.Clamp(wanted, 1, last) : 1;

    /// <summary>What was sent; a request of another kind has no fields. A guard has checked it for forgery already.</summary>
    public Task<IFormCollection> FormAsync() => _frame.FormAsync();

    /// <summary>A form that changes something: only this page's own, and only once it was shown to this browser.</summary>
    public Markup Form(string action, Markup fields, string? kind = null) => _frame.Form(action, fields, kind);

    /// <summary>A day and time in UTC.</summary>
    public string Instant(DateTimeOffset? at) => at is { } known ? _frame.Written(known, "d. MMM yyyy HH:mm:ss", "d MMM yyyy HH:mm:ss") : "–";

    /// <summary>To another page.</summary>
    public static IResult SeeOther(string place) => PageFrame.SeeOther(place);

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

    IResult Document(string title, Markup body, int status, Markup aside) =>
        _frame.Show(new PageDocument(title, body) { Kind = "wide admin", Style = AdminParts.Style, Aside = Markup.Of($"<span class=\"aside\">{aside}</span>") }, status);
}
