using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.Auth.Cookies;
using Mana.Auth.Invitations;
using Mana.Auth.Spaces;
using Mana.Auth.StepUp;
using Mana.Kernel.Configuration;
using Mana.Kernel.Errors;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Organizations;

/// <summary>Spaces (auth.md 14): services and routes. The word of the routes is the original's.</summary>
internal static class OrganizationEndpoints
{
    public const string InviteLimit = "invite";

    /// <summary>16 kB of metadata, in whatever spelling, and the rest.</summary>
    public const int LargestBody = 48 * 1024;

    public static void AddSpaces(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<SpaceOptions>(configuration, "Auth:Spaces");
        services.AddSingleton<ISpaceDirectory, SpaceDirectory>().AddSingleton<ISpacePolicy, SpaceModules>();
        services.AddScoped<SpaceMemberships>().AddScoped<NewSpace>().AddScoped<SpaceSlugs>().AddScoped<SpaceLock>().AddScoped<SpaceFounding>();
        services.AddScoped<SpacePlans>().AddScoped<SpaceLookup>().AddScoped<SpaceActions>().AddScoped<MemberActions>();
        services.AddScoped<InvitationActions>().AddScoped<InvitationReplies>();
        services.AddManaRateLimit(new(InviteLimit, RateLimitKey.User, 20, 20));
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var spaces = app.MapGroup("/api/auth/organization").WithTags("spaces").RequireSession().RequireRateLimiting(AuthModule.SessionLimit)
            .WithMetadata(new ErrorStyle(WithStatus: true, BadJson: "VALIDATION_ERROR"), new RequestSizeLimitAttribute(LargestBody)).WithoutStorage();
        MapReads(spaces);
        MapChanges(spaces.MapGroup("").RequireLiveSession().WithStorableBody());
    }

    static void MapReads(RouteGroupBuilder spaces)
    {
        spaces.MapGet("/list", OrganizationHandlers.ListAsync).WithSummary("The spaces of the caller").Produces<IReadOnlyList<OwnOrganizationView>>().Produces(401).Produces(503);
        spaces.MapGet("/get-active-member", OrganizationHandlers.ActiveMemberAsync).WithSummary("What the caller is in the active space, and the space")
            .Produces<ActiveMemberView>().Produces(400).Produces(401).Produces(503);
        spaces.MapGet("/get-active-member-role", OrganizationHandlers.ActiveRoleAsync).WithSummary("The caller's role in the active space")
            .Produces<RoleView>().Produces(400).Produces(401).Produces(403).Produces(503);
        spaces.MapGet("/get-full-organization", OrganizationHandlers.FullAsync).WithSummary("A space with its members and invitations; null when none is active")
            .Produces<FullOrganizationView>().Produces(400).Produces(401).Produces(403).Produces(503);
        spaces.MapGet("/list-members", MemberHandlers.ListAsync).WithSummary("The members of a space, page by page").Produces<MembersView>().Produces(400).Produces(401).Produces(403).Produces(503);
        spaces.MapGet("/list-invitations", InvitationHandlers.ListAsync).WithSummary("The invitations of a space")
            .Produces<IReadOnlyList<InvitationView>>().Produces(400).Produces(401).Produces(403).Produces(503);
        spaces.MapGet("/list-user-invitations", InvitationHandlers.ListOwnAsync).WithSummary("The invitations that the caller can accept")
            .Produces<IReadOnlyList<ReceivedInvitationView>>().Produces(401).Produces(503);
        spaces.MapGet("/get-invitation", InvitationHandlers.GetAsync).WithSummary("An invitation to the caller").Produces<ReceivedInvitationView>().Produces(400).Produces(401).Produces(403).Produces(503);
    }

    static void MapChanges(RouteGroupBuilder spaces)
    {
        Takes<NewOrganizationView>(spaces.MapPost("/create", OrganizationHandlers.CreateAsync), "Found a space; the caller owns it");
        Takes<FullOrganizationView>(spaces.MapPost("/set-active", OrganizationHandlers.SetActiveAsync), "Choose the space that the session works in; null: none");
        Takes<OrganizationView>(spaces.MapPost("/update", OrganizationHandlers.UpdateAsync), "Change name, slug, logo or metadata");
        Takes<OrganizationView>(spaces.MapPost("/delete", OrganizationHandlers.DeleteAsync), "Delete a space");
        Takes<StatusView>(spaces.MapPost("/check-slug", OrganizationHandlers.CheckSlugAsync), "Whether a slug is free");
        Takes<PermissionView>(spaces.MapPost("/has-permission", OrganizationHandlers.HasPermissionAsync), "Whether the caller may do all of this");
        Takes<InvitationView>(spaces.MapPost("/invite-member", InvitationHandlers.InviteAsync), "Invite an address").RequireRateLimiting(InviteLimit).Produces(429);
        Takes<AcceptedInvitationView>(spaces.MapPost("/accept-invitation", InvitationHandlers.AcceptAsync), "Become a member");
        Takes<InvitationView>(spaces.MapPost("/reject-invitation", InvitationHandlers.RejectAsync), "Turn an invitation down");
        Takes<InvitationView>(spaces.MapPost("/cancel-invitation", InvitationHandlers.CancelAsync), "Take an invitation back");
        Takes<RemovedMemberView>(spaces.MapPost("/remove-member", MemberHandlers.RemoveAsync), "End somebody's membership");
        Takes<MemberView>(spaces.MapPost("/update-member-role", MemberHandlers.ChangeRoleAsync), "Change what a member is");
        Takes<MemberView>(spaces.MapPost("/leave", MemberHandlers.LeaveAsync), "End one's own membership");
    }

    static RouteHandlerBuilder Takes<TAnswer>(RouteHandlerBuilder route, string summary) =>
        route.WithSummary(summary).Accepts<JsonElement>("application/json").Produces<TAnswer>().Produces(400).Produces(401).Produces(403).Produces(503);
}
