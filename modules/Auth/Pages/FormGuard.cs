using Mana.Auth.Cookies;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary>Forms come from our own pages (auth.md 3.2): the token of the page, and no foreign origin. A browser without cookies is told so.</summary>
internal sealed class FormGuard(IAntiforgery antiforgery, OriginCheck origins) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            return await next(context);
        return await IsOursAsync(http, antiforgery, origins) ? await next(context) : Stale(new Page(http));
    }

    /// <summary>It was filled in on a page that this server showed to this browser.</summary>
    public static async Task<bool> IsOursAsync(HttpContext http, IAntiforgery antiforgery, OriginCheck origins) =>
        origins.MaySetCookie(http) && await IsReadableAsync(http.Request) && await antiforgery.IsRequestValidAsync(http);

    /// <summary>A form that ends too early, cannot be read, or is in UTF-7, is none of ours; the reader would throw at every later look.</summary>
    static async Task<bool> IsReadableAsync(HttpRequest request)
    {
        try
        {
            return request.HasFormContentType && (await request.ReadFormAsync(request.HttpContext.RequestAborted)).Count > 0;
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException or IOException and not BadHttpRequestException)
        {
            return false;
        }
    }

    static IResult Stale(Page page)
    {
        var title = page["Das Formular ist abgelaufen", "This form has expired"];
        var lead = page.Http.Request.Cookies.Count == 0
            ? page["Dein Browser hat keine Cookies geschickt. Ohne sie geht es hier nicht: erlaube sie für diese Seite.", "Your browser sent no cookies. This page needs them: allow them for this site."]
            : page["Nichts wurde geändert. Öffne die Seite noch einmal.", "Nothing was changed. Open the page again."];
        return page.Show(title, Markup.Of($"{Controls.Title(title, lead)}<p>{Controls.Link(page.Http.Request.Path, page["Seite neu öffnen", "Open the page again"])}</p>"), 400);
    }
}
