using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Sessions;

/// <summary>Where a link leads that cannot lead where it was meant to (auth.md 9). What the address says is shown as text, never as markup.</summary>
internal static class ErrorPage
{
    const int LongestCode = 100;

    public static IResult Get(string? error)
    {
        var code = StoredText.Shortened(error, LongestCode) ?? "UNKNOWN";
        return Results.Content($"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Mana: something went wrong</title></head>
            <body><main><h1>Something went wrong</h1><p>The link or request could not be completed. Please try again from the app.</p><p>Code: <code>{HtmlEncoder.Default.Encode(code)}</code></p></main></body>
            </html>
            """, "text/html; charset=utf-8");
    }
}
