using System.Globalization;
using System.Reflection;
using Mana.Auth.Cookies;
using Mana.Auth.Pages;
using Mana.Auth.Pages.Account;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Contracts;

/// <summary>A subject of <c>/account</c> that another module shows; it stands in the list behind this module's own.</summary>
/// <param name="Path">Below <c>/account</c>.</param>
public sealed record AccountSubject(string Path, string De, string En);

/// <summary>
/// One request for such a page, and its answer: language, frame, list of subjects and headers are those of every page of the account. Handlers take it as a
/// parameter; <see cref="AccountPageRoutes.MapAccountPages"/> has checked session and form before them.
/// </summary>
public sealed class AccountPage
{
    readonly Page _page;

    AccountPage(Page page) => _page = page;

    public HttpContext Http => _page.Http;

    public IQueryCollection Query => _page.Query;

    /// <summary><c>de</c> or <c>en</c>.</summary>
    public string Locale => _page.Locale;

    public CultureInfo Culture => CultureInfo.GetCultureInfo(Locale == "en" ? "en-GB" : "de-DE");

    /// <summary>The text in the visitor's language.</summary>
    public string this[string de, string en] => _page[de, en];

    public static ValueTask<AccountPage?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<AccountPage?>(new AccountPage(new Page(context)));

    public Task<IFormCollection> FormAsync() => _page.FormAsync();

    public string Instant(DateTimeOffset at) => _page.Instant(at);

    public string Day(DateTimeOffset at) => at.UtcDateTime.ToString(this["d. MMMM yyyy", "d MMMM yyyy"], Culture);

    /// <summary>An amount of euro cents as people write it.</summary>
    public string Euro(long cents)
    {
        var (sign, amount) = (cents < 0 ? "−" : "", (Math.Abs(cents) / 100m).ToString("#,0.00", Culture));
        return sign + this[amount + " €", "€" + amount];
    }

    /// <summary>The address of a path of this server, for others who send people back here.</summary>
    public string Absolute(string path) => Http.RequestServices.GetRequiredService<AuthOptions>().BaseUrl.TrimEnd('/') + path;

    /// <summary>A form that changes something: only this page's own, and only once it was shown to this browser.</summary>
    public Markup Form(string action, Markup fields, string? kind = null) => _page.Form(action, fields, kind);

    /// <summary>The whole document.</summary>
    /// <param name="path">Of the subject, to mark it.</param>
    public IResult Show(string path, string title, Markup body, int status = 200) => AccountPages.Show(_page, path, title, body, status);

    /// <summary>Answers a form whose way leads to another site.</summary>
    public IResult GoOn(string place) => _page.GoOn(place);

    /// <summary>After something was changed: loading again repeats nothing.</summary>
    public static IResult SeeOther(string place) => Page.SeeOther(place);

    public static Markup Card(string title, Markup content, string? lead = null, string? id = null) => AccountPages.Card(title, content, lead, id);
}

/// <summary>Pages of other modules below <c>/account</c>.</summary>
public static class AccountPageRoutes
{
    public static IServiceCollection AddAccountSubject(this IServiceCollection services, AccountSubject subject) => services.AddSingleton(subject);

    /// <summary>Routes that need the session cookie, whose forms are our own, and whose refusals are pages.</summary>
    public static RouteGroupBuilder MapAccountPages(this IEndpointRouteBuilder app, string path) =>
        app.MapGroup(path).WithMetadata(new PageErrors(), new RequestSizeLimitAttribute(PageEndpoints.LargestForm)).AddEndpointFilter<RouteGroupBuilder, FormGuard>().ExcludeFromDescription().RequireSessionCookie();
}
