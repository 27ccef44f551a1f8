using System.Net.Mail;
using Mana.Apps.Calendar.Export;
using Mana.Apps.Calendar.Feeds;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Calendar.Shares;

/// <summary>Calendar sharing (compute.md 9.6).</summary>
internal static class ShareHandlers
{
    static readonly ApiError Unknown = AppsRefusals.NotFound("Share not found");

    public static async Task<IResult> OfferAsync(string id, HttpContext context, CurrentUser user, CalendarShares shares, CancellationToken cancellationToken)
    {
        var fields = await BodyFields.ReadAsync(context);
        var email = fields.Text("email", 254);
        if (email is null || !MailAddress.TryCreate(email, out var address) || address.Address != email.Trim())
            fields.Fail("email", "must be an address");
        if (fields.Choice("permission", "read", "write", "admin") is "write" or "admin")
            fields.Fail("permission", "must be read; who is to write becomes a member of a space");
        if (fields.Problem is { } problem)
            return problem;
        return await shares.OfferAsync(user.UserId, id, email!, cancellationToken) is { } share ? AppsJson.Created(ShareBody.Of(share)) : AppsRefusals.NotFound("Calendar not found");
    }

    public static async Task<IResult> ListAsync(string id, CurrentUser user, CalendarShares shares, CancellationToken cancellationToken) =>
        Items(await shares.OfAsync(user.UserId, id, cancellationToken));

    public static async Task<IResult> RevokeAsync(string id, Guid shareId, CurrentUser user, CalendarShares shares, CancellationToken cancellationToken) =>
        await shares.RevokeAsync(user.UserId, id, shareId, cancellationToken) ? AppsJson.Ok(new { success = true }) : Unknown;

    public static async Task<IResult> ReceivedAsync(CurrentUser user, CalendarShares shares, CancellationToken cancellationToken) => Items(await shares.ForAsync(user.UserId, cancellationToken));

    public static Task<IResult> AcceptAsync(Guid id, CurrentUser user, CalendarShares shares, CancellationToken cancellationToken) => AnswerAsync(id, user, shares, true, cancellationToken);

    public static Task<IResult> DeclineAsync(Guid id, CurrentUser user, CalendarShares shares, CancellationToken cancellationToken) => AnswerAsync(id, user, shares, false, cancellationToken);

    public static async Task<IResult> ExportAsync(Guid id, HttpContext context, CurrentUser user, CalendarShares shares, StoredEvents events, CalendarExport export, CancellationToken cancellationToken) =>
        await shares.OpenAsync(user.UserId, id, cancellationToken) is { } calendar
            ? await FeedHandlers.SendAsync(context, await events.LoadAsync(calendar, FeedHandlers.StyleOf(context), null, null, cancellationToken), export, isFeed: false, cancellationToken) : Unknown;

    static async Task<IResult> AnswerAsync(Guid id, CurrentUser user, CalendarShares shares, bool accept, CancellationToken cancellationToken) =>
        await shares.AnswerAsync(user.UserId, id, accept, cancellationToken) is { } share ? AppsJson.Ok(ShareBody.Of(share)) : Unknown;

    static IResult Items(List<CalendarShare> shares) => AppsJson.Ok(new { items = shares.ConvertAll(ShareBody.Of), count = shares.Count });
}

internal sealed record ShareBody(Guid Id, string CalendarId, string Email, string Permission, string Status, DateTimeOffset CreatedAt)
{
    public static ShareBody Of(CalendarShare share) => new(share.Id, share.CalendarId, share.Email, "read", share.Status, share.CreatedAt);
}
