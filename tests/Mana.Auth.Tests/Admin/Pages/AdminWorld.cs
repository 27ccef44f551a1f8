using System.Net;
using System.Text.RegularExpressions;
using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Admin.Pages;

/// <summary>Somebody with a browser.</summary>
public sealed record Seated(string UserId, string Email, Browser Browser)
{
    /// <summary>Opens a page and sends a form of it back to the same address.</summary>
    public async Task<Shown> DoAsync(string page, params (string Name, string Value)[] fields)
    {
        var shown = await Browser.OpenAsync(page);
        Assert.True(shown.Status == 200, $"{shown.Status} {page}: {shown.Text}");
        var token = Browser.Hidden(shown.Html, page).Single(field => field.Name == "__form");
        return await Browser.SendFormAsync(page, [token, .. fields]);
    }
}

/// <summary>A host with people, some of whom administer it.</summary>
public class AdminWorld : ModuleWorld
{
    public const string Prefix = "/admin";

    /// <summary>Every page without an id in its address.</summary>
    public static readonly string[] Lists =
    [
        "/admin", "/admin/users", "/admin/spaces", "/admin/devices", "/admin/credits", "/admin/stripe", "/admin/oidc", "/admin/jobs", "/admin/events", "/admin/limits", "/admin/health", "/admin/audit",
    ];

    /// <summary>Every page, with a person to look at.</summary>
    public static IEnumerable<string> Pages(string userId, string spaceId) =>
        [.. Lists, $"/admin/users/{userId}", $"/admin/credits/{userId}", $"/admin/devices/{userId}", $"/admin/risk/{userId}", $"/admin/spaces/{spaceId}"];

    public async Task<Seated> SeatAsync(bool isAdmin = false, string language = "en", string? name = null)
    {
        var email = AuthApi.NewEmail();
        var session = await Api.NewSessionAsync(email);
        var userId = session["user", "id"]!;
        if (isAdmin)
            await ScalarAsync("UPDATE auth.users SET role = 'admin' WHERE id = $1", userId);
        if (name is not null)
            await ScalarAsync("UPDATE auth.users SET name = $2 WHERE id = $1", userId, name);
        await Host.DrainAsync();
        return new Seated(userId, email, await new Browser(Host) { Language = language }.SignInAsync(email));
    }

    /// <summary>What administrators did, as the log of this person tells it: the last lines first.</summary>
    public async Task<List<string>> AuditAsync(string userId) =>
        [.. (await EventsAsync(userId)).Where(entry => entry.Type == "admin_action").Select(entry => $"{entry.Facts.GetProperty("action")} {entry.Facts.GetProperty("status")}").Reverse()];

    public static string Cell(Shown page, string row, int column) => Cells(page, row, column).Single();

    /// <summary>This column of every line that says this.</summary>
    public static List<string> Cells(Shown page, string row, int column) =>
    [
        .. Regex.Matches(page.Html, "<tr>(?<cells>.*?)</tr>", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Where(match => match.Value.Contains(row, StringComparison.Ordinal))
            .Select(match => Regex.Matches(match.Value, "<td[^>]*>(?<text>.*?)</td>", RegexOptions.Singleline, TimeSpan.FromSeconds(1))[column].Groups["text"].Value)
            .Select(cell => WebUtility.HtmlDecode(Regex.Replace(cell, "<[^>]*>", " ", RegexOptions.None, TimeSpan.FromSeconds(1))).Trim()),
    ];
}
