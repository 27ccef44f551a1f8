using Mana.Kernel.Identity;
using Mana.Kernel.Wire;
using Mana.Users.Contracts;
using Microsoft.AspNetCore.Http;

namespace Mana.Users.Tags;

/// <summary><c>/api/v1/tags</c> and <c>/api/v1/tag-groups</c> (commerce.md 9.2). An id that is no UUID is an id that does not exist.</summary>
internal static class TagHandlers
{
    public static async Task<IResult> AllAsync(CurrentUser user, TagStore tags, CancellationToken cancellationToken) => PlatformJson.Ok(await tags.AllAsync(user.UserId, cancellationToken));

    public static async Task<IResult> ByIdsAsync(string? ids, CurrentUser user, TagStore tags, CancellationToken cancellationToken)
    {
        var asked = (ids ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return asked.Length > TagStore.MostIds
            ? ValidationFailed.With("ids", $"must be at most {TagStore.MostIds}")
            : PlatformJson.Ok(await tags.ResolveAsync(user.UserId, [.. asked.Select(Id).OfType<Guid>()], cancellationToken));
    }

    public static async Task<IResult> OneAsync(string id, CurrentUser user, TagStore tags, CancellationToken cancellationToken) =>
        Id(id) is { } known && await tags.FindAsync(user.UserId, known, cancellationToken) is { } tag ? PlatformJson.Ok(tag) : UsersRefusals.TagNotFound;

    public static async Task<IResult> CreateAsync(HttpContext context, CurrentUser user, TagStore tags, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var tag = TagFields.Read(fields, isNew: true);
        return fields.Problem ?? Answer(await tags.CreateAsync(user.UserId, tag, cancellationToken), created: true);
    }

    public static async Task<IResult> ChangeAsync(string id, HttpContext context, CurrentUser user, TagStore tags, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var tag = TagFields.Read(fields, isNew: false);
        if (fields.Problem is { } problem)
            return problem;
        return Id(id) is { } known ? Answer(await tags.ChangeAsync(user.UserId, known, tag, cancellationToken), created: false) : UsersRefusals.TagNotFound;
    }

    public static async Task<IResult> DeleteAsync(string id, CurrentUser user, TagStore tags, CancellationToken cancellationToken) =>
        Id(id) is { } known && await tags.DeleteAsync(user.UserId, known, cancellationToken) ? PlatformJson.Ok(new { success = true }) : UsersRefusals.TagNotFound;

    public static async Task<IResult> DefaultsAsync(CurrentUser user, TagStore tags, CancellationToken cancellationToken) =>
        await tags.DefaultsAsync(user.UserId, cancellationToken) is TagResult<IReadOnlyList<Tag>>.Ok made ? PlatformJson.Ok(made.Value) : UsersRefusals.Gone;

    public static async Task<IResult> ResolveAsync(HttpContext context, CurrentUser user, TagStore tags, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var ids = fields.Ids("ids", TagStore.MostIds);
        return fields.Problem ?? PlatformJson.Ok(await tags.ResolveAsync(user.UserId, ids, cancellationToken));
    }

    public static async Task<IResult> GroupsAsync(CurrentUser user, TagGroupStore groups, CancellationToken cancellationToken) => PlatformJson.Ok(await groups.AllAsync(user.UserId, cancellationToken));

    public static async Task<IResult> CreateGroupAsync(HttpContext context, CurrentUser user, TagGroupStore groups, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var group = TagFields.Read(fields, isNew: true);
        return fields.Problem ?? AnswerGroup(await groups.CreateAsync(user.UserId, group, cancellationToken), created: true);
    }

    public static async Task<IResult> ChangeGroupAsync(string id, HttpContext context, CurrentUser user, TagGroupStore groups, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var group = TagFields.Read(fields, isNew: false);
        if (fields.Problem is { } problem)
            return problem;
        return Id(id) is { } known ? AnswerGroup(await groups.ChangeAsync(user.UserId, known, group, cancellationToken), created: false) : UsersRefusals.GroupNotFound;
    }

    public static async Task<IResult> ReorderAsync(HttpContext context, CurrentUser user, TagGroupStore groups, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var ids = fields.Ids("ids", TagGroupStore.MostGroups);
        if (fields.Problem is { } problem)
            return problem;
        return await groups.ReorderAsync(user.UserId, ids, cancellationToken) is { } ordered ? PlatformJson.Ok(ordered) : UsersRefusals.SomeGroupsNotFound;
    }

    public static async Task<IResult> DeleteGroupAsync(string id, CurrentUser user, TagGroupStore groups, CancellationToken cancellationToken) =>
        Id(id) is { } known && await groups.DeleteAsync(user.UserId, known, cancellationToken) ? PlatformJson.Ok(new { success = true }) : UsersRefusals.GroupNotFound;

    internal static Guid? Id(string? text) => Guid.TryParseExact(text, "D", out var id) ? id : null;

    static IResult Answer(TagResult<Tag> result, bool created) => result switch
    {
        TagResult<Tag>.Ok ok => created ? PlatformJson.Created(ok.Value) : PlatformJson.Ok(ok.Value),
        TagResult<Tag>.NotFound => UsersRefusals.TagNotFound,
        TagResult<Tag>.NoSuchGroup => UsersRefusals.GroupNotFound,
        TagResult<Tag>.NameTaken taken => UsersRefusals.Exists("Tag", taken.Name),
        TagResult<Tag>.TooMany => UsersRefusals.TooMany("tags", TagStore.MostTags),
        _ => UsersRefusals.Gone,
    };

    static IResult AnswerGroup(TagResult<TagGroup> result, bool created) => result switch
    {
        TagResult<TagGroup>.Ok ok => created ? PlatformJson.Created(ok.Value) : PlatformJson.Ok(ok.Value),
        TagResult<TagGroup>.NotFound => UsersRefusals.GroupNotFound,
        TagResult<TagGroup>.NameTaken taken => UsersRefusals.Exists("Tag group", taken.Name),
        TagResult<TagGroup>.TooMany => UsersRefusals.TooMany("tag groups", TagGroupStore.MostGroups),
        _ => UsersRefusals.Gone,
    };
}
