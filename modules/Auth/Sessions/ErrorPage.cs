using Mana.Auth.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Sessions;

/// <summary>Where a link leads that cannot lead where it was meant to (auth.md 9). What the address says is shown as text, never as markup.</summary>
internal static class ErrorPage
{
    const int LongestCode = 100;

    public static IResult Get(string? error, Page page)
    {
        var title = page["Das ging nicht", "Something went wrong"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Der Link oder die Anfrage ließ sich nicht ausführen. Versuche es noch einmal aus der App.", "The link or request could not be completed. Please try again from the app."])}
            <p class="fine">{StoredText.Shortened(error, LongestCode) ?? "UNKNOWN"}</p>
            """));
    }
}
