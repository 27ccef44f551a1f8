using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.MagicLink;

/// <summary>
/// The page behind a link that signs in. It asks first: machines that look into mails follow links, but press no buttons. In a browser that
/// did not ask for the link it tells who did. No script, nothing loaded.
/// </summary>
internal static class MagicLinkPage
{
    /// <summary>A form may also end where it is redirected to, so that is not limited here (CSP 3, 6.3.1).</summary>
    const string Policy = "default-src 'none'; style-src 'none'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>The page itself.</summary>
    /// <param name="asked">Null in the browser that asked for the link; else what is known of the one that did.</param>
    public static IResult Ask(HttpContext context, string token, string locale, (string? Device, string? Address)? asked)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-store";
        // The address holds the token: no other site gets to see it, but our own must know where the form came from.
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        var english = locale == "en";
        var (title, button) = english ? ("Sign in to Mana", "Sign in") : ("Bei Mana anmelden", "Anmelden");
        var warning = asked is var (device, address) ? Warning(english, device, address) : "";
        return Results.Content($"""
            <!doctype html><html lang="{locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
            <title>{title} — Mana</title></head><body><main><h1>{title}</h1>{warning}
            <form method="post" action="/api/auth/magic-link/verify"><input type="hidden" name="token" value="{HtmlEncoder.Default.Encode(token)}"><button type="submit">{button}</button></form></main></body></html>
            """, "text/html; charset=utf-8");
    }

    static string Warning(bool english, string? device, string? address)
    {
        var what = HtmlEncoder.Default.Encode(device ?? (english ? "unknown" : "unbekannt"));
        var where = HtmlEncoder.Default.Encode(address ?? (english ? "unknown" : "unbekannt"));
        return english
            ? $"<p>This link was asked for in another browser: <strong>{what}</strong>, network <strong>{where}</strong>. Go on only if that was you.</p>"
            : $"<p>Dieser Link wurde in einem anderen Browser angefordert: <strong>{what}</strong>, Netz <strong>{where}</strong>. Mach nur weiter, wenn du das warst.</p>";
    }
}
