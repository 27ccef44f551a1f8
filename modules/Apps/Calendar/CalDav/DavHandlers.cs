using System.Text.Json;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Calendar.CalDav;

/// <summary><c>POST /sync/caldav/discover</c> (compute.md 9.5). Stores nothing.</summary>
internal static class DavHandlers
{
    public static async Task<IResult> DiscoverAsync(HttpContext context, DavDiscovery discovery, CalendarOptions options, CancellationToken cancellationToken)
    {
        var fields = await BodyFields.ReadAsync(context);
        var isApple = fields.Choice("provider", "caldav", "apple") == "apple";
        var (server, username, password) = (fields.Text("serverUrl"), fields.Text("username", 500), fields.Text("password", 1_000));
        if (isApple)
            server ??= options.AppleUrl;
        if (server is null)
            fields.Fail("serverUrl", "is required");
        var given = Checked(fields, username, password);
        if (fields.Problem is { } problem)
            return problem;
        if (DavAddress.Typed(server!) is not { } address || (isApple && !DavAddress.IsApple(new Uri(options.AppleUrl), address)))
            return NotAllowed;
        var found = await discovery.FindAsync(address, given!, cancellationToken);
        return found.Failure == DavFailure.None ? AppsJson.Ok(new { calendars = found.Calendars, count = found.Calendars.Count }) : Refusal(found);
    }

    static readonly ApiError NotAllowed = AppsRefusals.BadRequest("URL_NOT_ALLOWED", "This address may not be asked; CalDAV servers are asked by https");

    /// <summary>The member <c>credentials</c> of a body; null: there is none, or it is wrong and the fields say so.</summary>
    public static DavCredentials? CredentialsOf(BodyFields fields)
    {
        if (fields.Object("credentials") is not { } value)
            return null;
        string? Text(string name, int longest) =>
            value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { } found && found.Length <= longest ? found : null;
        return Checked(fields, Text("username", 500), Text("password", 1_000));
    }

    static DavCredentials? Checked(BodyFields fields, string? username, string? password)
    {
        // What Basic cannot say (RFC 7617, 2).
        if (string.IsNullOrEmpty(username) || username.Contains(':', StringComparison.Ordinal) || username.Any(char.IsControl))
            fields.Fail("username", "is required, of at most 500 characters and without colons");
        else if (string.IsNullOrEmpty(password) || password.Any(char.IsControl))
            fields.Fail("password", "is required, of at most 1000 characters");
        else
            return new DavCredentials(username, password);
        return null;
    }

    static ApiError Refusal(DavFound found) => found.Failure switch
    {
        DavFailure.NotAllowed => NotAllowed,
        DavFailure.Unauthorized => AppsRefusals.BadRequest("CREDENTIALS_REFUSED", "The server refused this user name or password; many services ask for a password of its own for each app"),
        DavFailure.OtherHost => AppsRefusals.BadRequest("OTHER_HOST", $"The server sends us to {found.At.IdnHost}; if that is yours, please give its address, so that your password goes nowhere unasked") with
        {
            Details = AppsRefusals.Fact("host", found.At.IdnHost),
        },
        DavFailure.Unavailable or DavFailure.RateLimited => new ApiError(502, "UPSTREAM_UNAVAILABLE", "The server did not answer"),
        _ => AppsRefusals.NotFound("No calendars were found at this address"),
    };
}
