using Mana.Auth.Pages;
using Mana.Kernel.Ids;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Oidc.Authorize;

/// <summary>The answer on its way to the client (RFC 6749 4.1.2; RFC 9207), in the address or in a form (OAuth 2.0 Form Post Response Mode).</summary>
internal sealed class AuthorizeResponse(AuthorizeAnswer.Respond answer, string issuer) : IResult
{
    const int NonceLength = 16;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        httpContext.Response.Headers.Pragma = "no-cache";
        httpContext.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (answer.Target.ResponseMode == ResponseTarget.FormPost)
            return FormAsync(httpContext);
        // 303 after a form: the browser must not post the person's password, or anything else, again (RFC 9700 4.12).
        httpContext.Response.StatusCode = HttpMethods.IsPost(httpContext.Request.Method) ? StatusCodes.Status303SeeOther : StatusCodes.Status302Found;
        httpContext.Response.Headers.Location = Address;
        return Task.CompletedTask;
    }

    /// <summary>With everything in its query.</summary>
    public string Address
    {
        get
        {
            var query = string.Join('&', Parameters().Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"));
            return answer.Target.RedirectUri + (answer.Target.RedirectUri.Contains('?', StringComparison.Ordinal) ? '&' : '?') + query;
        }
    }

    IEnumerable<(string Name, string Value)> Parameters()
    {
        if (answer.Code is not null)
            yield return ("code", answer.Code);
        if (answer.Error is { } error)
        {
            yield return ("error", error.Error);
            yield return ("error_description", error.Description);
        }

        if (answer.Target.State is { } state)
            yield return ("state", state);
        yield return ("iss", issuer);
    }

    /// <summary>The form sends itself; without script there is a button.</summary>
    Task FormAsync(HttpContext context)
    {
        Span<byte> bytes = stackalloc byte[NonceLength];
        context.RequestServices.GetRequiredService<IIdSource>().Fill(bytes);
        var nonce = Convert.ToBase64String(bytes);
        // Any site: the client's may redirect to another of its own, and that counts as this form's doing (see Page.GoOn).
        var places = Page.FormSource(SignInContinuation.FormTarget(answer.Target.RedirectUri)) ?? "https: http:";
        context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'nonce-{nonce}'; form-action {places}; frame-ancestors 'none'; base-uri 'none'";
        var fields = Parameters().Select(pair => Markup.Of($"""<input type="hidden" name="{pair.Name}" value="{pair.Value}">"""));
        return Results.Content(Markup.Of($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Mana</title></head>
            <body><form method="post" action="{answer.Target.RedirectUri}">{fields}<noscript><button type="submit">Weiter / Continue</button></noscript></form>
            <script nonce="{nonce}">document.forms[0].submit();</script></body></html>
            """).Text, "text/html; charset=utf-8").ExecuteAsync(context);
    }
}
