using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Notifications.Data;
using Mana.Notifications.Outbound;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mana.Notifications.Webhooks;

/// <summary>Routes of webhook endpoints (compute.md 8.4).</summary>
internal static class WebhookHandlers
{
    const int MostPerUser = 5;
    const int LongestUrl = 2000;

    public static async Task<IResult> CreateAsync(
        WebhookRequest body, CurrentUser user, NotificationsDbContext database, GuardedHttp http, WebhookSecrets secrets, IIdSource ids, TimeProvider time, CancellationToken cancellationToken)
    {
        if (body.Url is not { Length: > 0 and <= LongestUrl } || !Uri.TryCreate(body.Url, UriKind.Absolute, out var url))
            return ChannelRefusals.Validation([("url", "must be an absolute URL")]);
        if (!http.Allows(url))
            return ChannelRefusals.UrlNotAllowed;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('webhook:' || {user.UserId}, 0))", cancellationToken);
        if (await database.WebhookEndpoints.CountAsync(row => row.UserId == user.UserId, cancellationToken) >= MostPerUser)
            return ChannelRefusals.EndpointLimit;
        var stored = new WebhookEndpoint { Id = ids.NewGuid(), UserId = user.UserId, Url = url.AbsoluteUri, Enabled = true, CreatedAt = time.GetUtcNow() };
        database.WebhookEndpoints.Add(stored);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return Results.Json(Body(stored) with { Secret = secrets.Shown(stored.Id) }, statusCode: StatusCodes.Status201Created);
    }

    public static async Task<IResult> ListAsync(CurrentUser user, NotificationsDbContext database, CancellationToken cancellationToken) => Results.Ok(new
    {
        endpoints = (await database.WebhookEndpoints.AsNoTracking().Where(row => row.UserId == user.UserId).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken)).Select(Body),
    });

    public static async Task<IResult> DeleteAsync(Guid id, CurrentUser user, NotificationsDbContext database, CancellationToken cancellationToken) =>
        await database.WebhookEndpoints.Where(row => row.UserId == user.UserId && row.Id == id).ExecuteDeleteAsync(cancellationToken) > 0
            ? Results.Ok(new { success = true })
            : ChannelRefusals.NotFound("Endpoint not found");

    static WebhookBody Body(WebhookEndpoint row) => new(row.Id, row.Url, row.Enabled, row.CreatedAt, row.Failures, row.DisabledAt, null);
}

internal sealed record WebhookRequest(string? Url);

/// <summary>An endpoint as its owner sees it.</summary>
/// <param name="Secret">In the answer that creates it, and never again.</param>
internal sealed record WebhookBody(Guid Id, string Url, bool Enabled, DateTimeOffset CreatedAt, int Failures, DateTimeOffset? DisabledAt, string? Secret);
