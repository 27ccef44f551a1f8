using System.Globalization;
using Mana.Auth.Cookies;
using Mana.Auth.Passwords;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.SecurityEvents;

internal sealed record DisownedView(bool Success, int SessionsEnded, int ApiKeysRevoked, bool PasswordResetRequired = true);

internal static class SecurityEventHandlers
{
    const string VerifiedHeader = "X-Chain-Verified";
    static readonly ApiError NoSuchEvent = new(404, "NOT_FOUND", "There is no such event.");

    /// <summary>The clients know a bare array, so what is about all of it is in headers.</summary>
    public static async Task<IResult> ListAsync(int? limit, Guid? before, CurrentUser caller, HttpContext http, SecurityEventList list, CancellationToken cancellationToken)
    {
        var size = Math.Clamp(limit ?? SecurityEventList.Usual, 1, SecurityEventList.Most);
        var page = await list.PageAsync(caller.UserId, size, before, cancellationToken);
        http.Response.Headers[VerifiedHeader] = page.Verified ? "true" : "false";
        if (page.HasMore)
            http.Response.Headers.Link = string.Create(CultureInfo.InvariantCulture, $"<{http.Request.Path}?limit={size}&before={page.Events[^1].Id}>; rel=\"next\"");
        return Results.Ok(page.Events);
    }

    public static async Task<IResult> NotMeAsync(
        Guid id, CurrentUser caller, Visitor visitor, HttpContext http, Disowning disowning, SessionCookies cookies, CancellationToken cancellationToken)
    {
        if (await disowning.DisownAsync(caller, id, visitor, cancellationToken) is not { } closed)
            return NoSuchEvent;
        cookies.Clear(http);
        return Results.Ok(new DisownedView(true, closed.Sessions, closed.ApiKeys));
    }
}
