using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Users.Contracts;
using Mana.Users.Links;
using Mana.Users.Settings;
using Mana.Users.Tags;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Users;

/// <summary>Every route of the module (commerce.md 9).</summary>
internal static class UsersEndpoints
{
    const int LargestRequest = 256 * 1024;
    static readonly ErrorStyle Style = new(Unauthorized: "unauthorized", BadJson: "validation_failed", BadToken: "Invalid or expired token");

    public static void Map(IEndpointRouteBuilder app)
    {
        var own = app.MapGroup("/api/v1").RequireAuthorization(Policies.User).WithMetadata(Style, new RequestSizeLimitAttribute(LargestRequest));
        MapSettings(own.MapGroup("/settings").WithTags("settings").RequireRateLimiting(UsersModule.SettingsLimit).AddEndpointFilter<SettingsIds>());
        MapTags(own.MapGroup("/tags").WithTags("tags").RequireRateLimiting(UsersModule.TagsLimit));
        MapGroups(own.MapGroup("/tag-groups").WithTags("tags").RequireRateLimiting(UsersModule.TagsLimit));
        MapLinks(own.MapGroup("/tag-links").WithTags("tags").RequireRateLimiting(UsersModule.TagsLimit));
    }

    static void MapSettings(RouteGroupBuilder settings)
    {
        settings.MapGet("", SettingsHandlers.GetAsync).WithSummary("The caller's settings, with the defaults where nothing is set");
        settings.MapPatch("/global", SettingsHandlers.PatchGlobalAsync).WithSummary("Merge into the settings for everywhere; null deletes").Produces(400).Produces(412).Produces(413);
        settings.MapPut("/global", SettingsHandlers.PutGlobalAsync).WithSummary("The same for older clients: each key that is named is replaced");
        settings.MapPatch("/app/{appId}", SettingsHandlers.PatchAppAsync).WithSummary("Merge into what differs in one app").Produces(400).Produces(412).Produces(413);
        settings.MapPut("/app/{appId}", SettingsHandlers.PutAppAsync).WithSummary("The same for older clients: each key that is named is replaced");
        settings.MapDelete("/app/{appId}", SettingsHandlers.DeleteAppAsync).WithSummary("Nothing differs in this app any more");
        settings.MapGet("/devices", SettingsHandlers.DevicesAsync).WithSummary("The caller's devices, last seen first");
        settings.MapGet("/device/{deviceId}/{appId}", SettingsHandlers.DeviceAppAsync).WithSummary("Settings of one app on one device");
        settings.MapPatch("/device/{deviceId}/{appId}", SettingsHandlers.PatchDeviceAsync).WithSummary("Set keys of one app on one device").Produces(400).Produces(412).Produces(413);
        settings.MapPut("/device/{deviceId}", SettingsHandlers.PutDeviceAsync).WithSummary("A device's entry, for older clients");
        settings.MapDelete("/device/{deviceId}", SettingsHandlers.DeleteDeviceAsync).WithSummary("Forget a device");
        settings.MapDelete("/device/{deviceId}/{appId}", SettingsHandlers.DeleteDeviceAppAsync).WithSummary("Forget one app on one device");
    }

    static void MapTags(RouteGroupBuilder tags)
    {
        tags.MapGet("", TagHandlers.AllAsync).WithSummary("The caller's tags").Produces<Tag[]>();
        tags.MapGet("/by-ids", TagHandlers.ByIdsAsync).WithSummary("Those of the ids that are the caller's").Produces<Tag[]>();
        tags.MapGet("/{id}", TagHandlers.OneAsync).WithSummary("One tag").Produces<Tag>().Produces(404);
        tags.MapPost("", TagHandlers.CreateAsync).WithSummary("A new tag").Produces<Tag>(201).Produces(400).Produces(404).Produces(409);
        tags.MapPut("/{id}", TagHandlers.ChangeAsync).WithSummary("Change what is named").Produces<Tag>().Produces(400).Produces(404).Produces(409);
        tags.MapDelete("/{id}", TagHandlers.DeleteAsync).WithSummary("Delete a tag and its links").Produces(404);
        tags.MapPost("/defaults", TagHandlers.DefaultsAsync).WithSummary("The four that everybody starts with, unless there are tags").Produces<Tag[]>();
        tags.MapPost("/resolve", TagHandlers.ResolveAsync).WithSummary("Those of the ids that are the caller's").Produces<Tag[]>().Produces(400);
    }

    static void MapGroups(RouteGroupBuilder groups)
    {
        groups.MapGet("", TagHandlers.GroupsAsync).WithSummary("The caller's groups of tags").Produces<TagGroup[]>();
        groups.MapPost("", TagHandlers.CreateGroupAsync).WithSummary("A new group").Produces<TagGroup>(201).Produces(400).Produces(409);
        groups.MapPut("/reorder", TagHandlers.ReorderAsync).WithSummary("The order of the list becomes that of the groups").Produces<TagGroup[]>().Produces(404);
        groups.MapPut("/{id}", TagHandlers.ChangeGroupAsync).WithSummary("Change what is named").Produces<TagGroup>().Produces(400).Produces(404).Produces(409);
        groups.MapDelete("/{id}", TagHandlers.DeleteGroupAsync).WithSummary("Delete a group; its tags stay").Produces(404);
    }

    static void MapLinks(RouteGroupBuilder links)
    {
        links.MapGet("/entity", TagLinkHandlers.OfEntityAsync).WithSummary("Tags of one thing").Produces<Tag[]>().Produces(400);
        links.MapGet("/tags-for-entity", TagLinkHandlers.OfEntityAsync).WithSummary("Tags of one thing, as older clients ask").Produces<Tag[]>().Produces(400);
        links.MapGet("", TagLinkHandlers.FindAsync).WithSummary("The caller's links; filters all hold").Produces<TagLink[]>();
        links.MapGet("/query", TagLinkHandlers.FindAsync).WithSummary("The caller's links, as older clients ask").Produces<TagLink[]>();
        links.MapPost("", TagLinkHandlers.CreateAsync).WithSummary("Put a tag on something").Produces<TagLink>(201).Produces<TagLink>().Produces(404);
        links.MapPost("/bulk", TagLinkHandlers.BulkAsync).WithSummary("Many links, all or none; answers those that are new").Produces<TagLink[]>().Produces(404);
        links.MapPost("/sync", TagLinkHandlers.SyncAsync).WithSummary("Exactly these tags on something").Produces<SyncedLinks>().Produces(404);
        links.MapPut("/sync", TagLinkHandlers.SyncAsync).WithSummary("Exactly these tags on something, as older clients ask").Produces<SyncedLinks>().Produces(404);
        links.MapDelete("/{id}", TagLinkHandlers.DeleteAsync).WithSummary("Take a tag off").Produces(404);
    }
}
