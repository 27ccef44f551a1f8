using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.EmailChange;

/// <summary>
/// The page behind the link that takes a change of address back. It asks first: machines that look into mails follow links, but press no
/// buttons. No script, nothing loaded.
/// </summary>
internal static class RevertPage
{
    const string Policy = "default-src 'none'; style-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    public static IResult Ask(HttpContext context, string token, string locale) => Page(context, locale, 200, locale == "en"
        ? ("Keep your old address?", "Your account will use the address again that this mail was sent to, and every device will be signed out.", Button(token, "Keep the old address"))
        : ("Alte Adresse behalten?", "Dein Konto benutzt dann wieder die Adresse, an die diese Mail ging, und alle Geräte werden abgemeldet.", Button(token, "Alte Adresse behalten")));

    public static IResult Done(HttpContext context, string locale) => Page(context, locale, 200, locale == "en"
        ? ("Done", "Your old address is back. Choose a new password now: somebody may know the present one.", "")
        : ("Erledigt", "Deine alte Adresse gilt wieder. Wähle jetzt ein neues Passwort: das bisherige kennt vielleicht jemand.", ""));

    public static IResult Gone(HttpContext context, string locale) => Page(context, locale, 400, locale == "en"
        ? ("This link no longer works", "It was used already, or it is older than seven days.", "")
        : ("Dieser Link gilt nicht mehr", "Er wurde schon benutzt oder ist älter als sieben Tage.", ""));

    static string Button(string token, string text) =>
        $"""<form method="post" action="/api/auth/revert-email"><input type="hidden" name="token" value="{HtmlEncoder.Default.Encode(token)}"><button type="submit">{text}</button></form>""";

    static IResult Page(HttpContext context, string locale, int status, (string Title, string Text, string More) content)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-store";
        var html = $"""
            <!doctype html><html lang="{locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
            <title>{content.Title} — Mana</title></head><body><h1>{content.Title}</h1><p>{content.Text}</p>{content.More}</body></html>
            """;
        return Results.Content(html, "text/html; charset=utf-8", statusCode: status);
    }
}
