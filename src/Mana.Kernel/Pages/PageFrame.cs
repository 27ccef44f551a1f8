using System.Globalization;
using Mana.Kernel.Ids;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Pages;

/// <summary>
/// One request for a page, and its answer: language, forms, frame and headers. Scripts and styles run only with this answer's nonce, nothing is
/// loaded from elsewhere, nobody may frame it, nothing keeps it (auth.md 3.3). The pages of each kind stand on one of these.
/// </summary>
/// <param name="formKind">Class of a form that does not say its own.</param>
public sealed class PageFrame(HttpContext http, string formKind = "stack")
{
    const int NonceLength = 16;

    /// <summary><c>de</c> or <c>en</c>: the browser's, unless whoever sent it here asked for another.</summary>
    public string Locale
    {
        get => field ??= VisitorLanguage.Of(http.Request);
        set;
    }

    /// <summary>The text in the visitor's language.</summary>
    public string this[string de, string en] => Locale == "en" ? en : de;

    /// <summary>What was sent; a request of another kind has no fields. A guard has checked it for forgery before the handler.</summary>
    public async Task<IFormCollection> FormAsync() =>
        http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;

    /// <summary>A form that changes something: only this page's own, and only once it was shown to this browser.</summary>
    public Markup Form(string action, Markup fields, string? kind = null)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        return Markup.Of($"""<form method="post" action="{action}" class="{kind ?? formKind}"><input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}">{fields}</form>""");
    }

    /// <summary>After something was changed: loading again repeats nothing.</summary>
    public static IResult SeeOther(string place) => new SeeOther(place);

    /// <summary>A moment as people of this language write it, in UTC, because the server does not know the zone of the browser.</summary>
    public string Written(DateTimeOffset at, string de, string en) => at.UtcDateTime.ToString(this[de, en], CultureInfo.GetCultureInfo(Locale));

    /// <summary>The whole document.</summary>
    public IResult Show(PageDocument document, int status)
    {
        Span<byte> bytes = stackalloc byte[NonceLength];
        http.RequestServices.GetRequiredService<IIdSource>().Fill(bytes);
        var nonce = Convert.ToBase64String(bytes);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = document.Policy(nonce);
        headers.CacheControl = "no-store";
        headers.ContentLanguage = Locale;
        headers.Vary = "Accept-Language, Cookie";
        // Not no-referrer: with that, browsers send "Origin: null" along with our own forms.
        headers["Referrer-Policy"] = "same-origin";
        return Results.Content(document.Html(nonce, Locale).Text, "text/html; charset=utf-8", statusCode: status);
    }
}

/// <summary>303: the browser fetches another page.</summary>
internal sealed class SeeOther(string place) : IResult, IStatusCodeHttpResult
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
