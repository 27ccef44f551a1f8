using Mana.Auth.Contracts;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mana.Auth.Spaces;

/// <summary><c>role</c> is empty for somebody who is no member.</summary>
internal sealed record MembershipResponse(bool IsMember, string Role);

internal sealed record MembershipEntry(string OrganizationId, string Role);

internal sealed record MembershipsResponse(string UserId, IReadOnlyList<MembershipEntry> Memberships);

/// <summary>Memberships for the services that stay outside (auth.md 16); modules ask <see cref="ISpaceDirectory"/>.</summary>
internal static class MembershipEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var services = app.MapGroup("/api/v1/internal").WithTags("internal").RequireAuthorization(Policies.Service)
            .WithMetadata(new DisableCorsAttribute()).WithoutStorage();
        services.MapGet("/org/{orgId}/member/{userId}", MemberAsync).WithSummary("Whether a person belongs to a space, and as what")
            .Produces<MembershipResponse>().Produces(401);
        services.MapGet("/users/{userId}/memberships", MembershipsAsync).WithSummary("The spaces of a person; none for somebody unknown")
            .Produces<MembershipsResponse>().Produces(401);
    }

    static async Task<IResult> MemberAsync(string orgId, string userId, ISpaceDirectory spaces, CancellationToken cancellationToken)
    {
        var found = (await spaces.MembershipsOfAsync(userId, cancellationToken)).FirstOrDefault(membership => membership.SpaceId == orgId);
        return Results.Ok(new MembershipResponse(found is not null, found?.Role ?? ""));
    }

    static async Task<IResult> MembershipsAsync(string userId, ISpaceDirectory spaces, CancellationToken cancellationToken) =>
        Results.Ok(new MembershipsResponse(
            userId, [.. (await spaces.MembershipsOfAsync(userId, cancellationToken)).Select(membership => new MembershipEntry(membership.SpaceId, membership.Role))]));
}
