using System.Text.Json;
using Mana.Auth.Organizations;
using Mana.Auth.StepUp;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Auth.Gilden;

/// <summary>Gilden, the older name of shared spaces (auth.md 14.7): the same actions under their first paths, by access token.</summary>
internal static class GildenEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var gilden = app.MapGroup("/api/v1/gilden").WithTags("gilden").RequireAuthorization(Policies.User).RequireLiveSession().RequireRateLimiting(AuthModule.SessionLimit)
            .WithMetadata(new ErrorStyle(WithStatus: true, BadJson: "VALIDATION_ERROR"), new RequestSizeLimitAttribute(OrganizationEndpoints.LargestBody))
            .WithoutStorage().WithStorableBody();
        gilden.MapGet("", GildenHandlers.ListAsync).WithSummary("The shared spaces of the caller").Produces<IReadOnlyList<OwnOrganizationView>>().Produces(401).Produces(503);
        Takes(gilden.MapPost("", GildenHandlers.CreateAsync), "Found a Gilde").Produces<NewGilde>(201);
        gilden.MapGet("/{id}", GildenHandlers.GetAsync).WithSummary("A Gilde with its members and invitations")
            .Produces<FullOrganizationView>().Produces(400).Produces(401).Produces(403).Produces(503);
        Takes(gilden.MapPut("/{id}", GildenHandlers.UpdateAsync), "Change name, slug or logo").Produces<OrganizationView>();
        gilden.MapDelete("/{id}", GildenHandlers.DeleteAsync).WithSummary("Delete a Gilde").Produces<GildeSuccess>().Produces(400).Produces(401).Produces(403).Produces(503);
        Takes(gilden.MapPost("/{id}/invite", GildenHandlers.InviteAsync), "Invite an address").RequireRateLimiting(OrganizationEndpoints.InviteLimit).Produces<InvitationView>().Produces(429);
        Takes(gilden.MapPost("/accept-invitation", InvitationHandlers.AcceptAsync), "Become a member").Produces<AcceptedInvitationView>();
        gilden.MapDelete("/{id}/members/{memberId}", GildenHandlers.RemoveAsync).WithSummary("End somebody's membership")
            .Produces<GildeSuccess>().Produces(400).Produces(401).Produces(403).Produces(503);
        Takes(gilden.MapPut("/{id}/members/{memberId}/role", GildenHandlers.ChangeRoleAsync), "Change what a member is").Produces<MemberView>();
    }

    static RouteHandlerBuilder Takes(RouteHandlerBuilder route, string summary) =>
        route.WithSummary(summary).Accepts<JsonElement>("application/json").Produces(400).Produces(401).Produces(403).Produces(503);
}
