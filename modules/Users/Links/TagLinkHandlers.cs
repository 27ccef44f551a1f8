using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Wire;
using Mana.Users.Tags;
using Microsoft.AspNetCore.Http;

namespace Mana.Users.Links;

/// <summary><c>/api/v1/tag-links</c> (commerce.md 9.2).</summary>
internal static class TagLinkHandlers
{
    const int LongestApp = 50;
    const int LongestEntity = 255;
    const int LongestType = 100;

    public static async Task<IResult> OfEntityAsync(string? appId, string? entityId, CurrentUser user, TagStore tags, CancellationToken cancellationToken) =>
        appId is null || entityId is null
            ? ValidationFailed.With(appId is null ? "appId" : "entityId", "is required")
            : NotText(appId, entityId) ?? PlatformJson.Ok(await tags.ForEntityAsync(user.UserId, appId, entityId, cancellationToken));

    public static async Task<IResult> FindAsync(
        string? appId, string? entityId, string? entityType, string? tagId, CurrentUser user, TagLinkStore links, CancellationToken cancellationToken)
    {
        if (NotText(appId, entityId, entityType) is { } problem)
            return problem;
        var tag = TagHandlers.Id(tagId);
        // A tag that cannot exist has no links; it is not the same as no filter.
        return tagId is { Length: > 0 } && tag is null
            ? PlatformJson.Ok(Array.Empty<TagLink>())
            : PlatformJson.Ok(await links.FindAsync(user.UserId, appId, entityId, entityType, tag, cancellationToken));
    }

    public static async Task<IResult> CreateAsync(HttpContext context, CurrentUser user, TagLinkStore links, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var wanted = Read(fields);
        if (fields.Problem is { } problem)
            return problem;
        return await links.AddAsync(user.UserId, [wanted], cancellationToken) switch
        {
            LinkResult.Linked { New: [var added] } => PlatformJson.Created(added),
            LinkResult.Linked linked => PlatformJson.Ok(linked.All[0]),
            LinkResult.TooMany(var what, var most) => UsersRefusals.TooMany(what, most),
            _ => UsersRefusals.TagNotFound,
        };
    }

    public static async Task<IResult> BulkAsync(HttpContext context, CurrentUser user, TagLinkStore links, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context, 4 * RequestFields.LargestBody);
        var items = fields.Objects("links", TagStore.MostIds);
        var wanted = items.Select(Read).ToList();
        var refused = fields.Problem ?? items.Select((item, at) => item.Problem is { } wrong ? wrong with { Index = at } : null).FirstOrDefault(wrong => wrong is not null);
        if (refused is not null)
            return refused;
        return await links.AddAsync(user.UserId, wanted, cancellationToken) switch
        {
            LinkResult.Linked linked => PlatformJson.Ok(linked.New),
            LinkResult.TooMany(var what, var most) => UsersRefusals.TooMany(what, most),
            _ => UsersRefusals.SomeTagsNotFound,
        };
    }

    public static async Task<IResult> SyncAsync(HttpContext context, CurrentUser user, TagLinkStore links, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var (appId, entityId, entityType, tagIds) = (fields.Text("appId", LongestApp), fields.Text("entityId", LongestEntity), fields.Text("entityType", LongestType), fields.Ids("tagIds", TagStore.MostIds));
        if (fields.Problem is { } problem)
            return problem;
        return await links.SyncAsync(user.UserId, appId, entityId, entityType, tagIds, cancellationToken) switch
        {
            LinkResult.Synced synced => PlatformJson.Ok(synced.Links),
            LinkResult.TooMany(var what, var most) => UsersRefusals.TooMany(what, most),
            _ => UsersRefusals.SomeTagsNotFound,
        };
    }

    public static async Task<IResult> DeleteAsync(string id, CurrentUser user, TagLinkStore links, CancellationToken cancellationToken) =>
        TagHandlers.Id(id) is { } known && await links.DeleteAsync(user.UserId, known, cancellationToken) ? PlatformJson.Ok(new { success = true }) : UsersRefusals.LinkNotFound;

    static WantedLink Read(RequestFields fields)
    {
        if (!fields.Has("tagId"))
            fields.Fail("tagId", "is required");
        return new(fields.OptionalId("tagId") ?? Guid.Empty, fields.Text("appId", LongestApp), fields.Text("entityId", LongestEntity), fields.Text("entityType", LongestType));
    }

    static ApiError? NotText(params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
            if (value is not null && !StorableText.IsText(value))
                return ValidationFailed.With("query", "must be text");
        return null;
    }
}
