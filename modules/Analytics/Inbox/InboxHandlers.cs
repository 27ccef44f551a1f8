using Mana.Kernel.Identity;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Analytics.Inbox;

/// <summary><c>/api/v1/feedback/me/notifications</c> (commerce.md 10.3).</summary>
internal static class InboxHandlers
{
    public static async Task<IResult> ListAsync(string? unread_only, string? limit, HttpContext context, CurrentUser user, InboxStore notifications, CancellationToken cancellationToken) =>
        PageQuery.TryRead(limit, null, 50, out var rows, out _)
            ? PlatformJson.Ok(new { items = await notifications.ListAsync(user.UserId, unread_only is "true" or "1", rows, VisitorLanguage.Of(context.Request), cancellationToken) })
            : ValidationFailed.With("limit", "must be a number");

    public static async Task<IResult> ReadAsync(string id, CurrentUser user, InboxStore notifications, CancellationToken cancellationToken)
    {
        if (Guid.TryParseExact(id, "D", out var known))
            await notifications.ReadAsync(user.UserId, known, cancellationToken);
        return PlatformJson.Ok(new { ok = true });
    }

    public static async Task<IResult> ReadAllAsync(CurrentUser user, InboxStore notifications, CancellationToken cancellationToken) =>
        PlatformJson.Ok(new { ok = true, count = await notifications.ReadAsync(user.UserId, null, cancellationToken) });
}
