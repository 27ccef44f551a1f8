using System.Text.Json;
using Mana.Auth.Spaces;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Organizations;

internal sealed record RemovedMemberView(MemberView Member);

/// <summary>Members (auth.md 14.5).</summary>
internal static class MemberHandlers
{
    const int MostListed = 100;
    const int MostSkipped = 100_000;

    public static async Task<IResult> ListAsync(
        string? organizationId, string? organizationSlug, string? limit, string? offset, SpaceCaller caller, SpaceLookup lookup, CancellationToken cancellationToken)
    {
        if (!Page.TryRead(limit, MostListed, MostListed, out var taken) || !Page.TryRead(offset, 0, MostSkipped, out var skipped))
            return OrganizationRefusals.Invalid("limit", Page.Rule);
        var found = await lookup.SeatAsync(caller, new SpaceReference(organizationId, organizationSlug), cancellationToken);
        if (found is not SpaceResult<Seat>.Done { Value.Space.Id: var id })
            return OrganizationRefusals.Answer(found, seat => seat);
        var members = await lookup.MembersAsync(id, taken, skipped, cancellationToken);
        return Results.Ok(new MembersView([.. members.Select(View)], await lookup.CountAsync(id, cancellationToken)));
    }

    public static async Task<IResult> RemoveAsync(JsonElement body, SpaceCaller caller, SpaceLookup lookup, MemberActions actions, CancellationToken cancellationToken)
    {
        if (body.Text("memberIdOrEmail") is not { } member)
            return OrganizationRefusals.Invalid("memberIdOrEmail", "Required");
        return await lookup.IdAsync(caller, body.Reference(), cancellationToken) switch
        {
            SpaceResult<string>.Done { Value: var id } =>
                OrganizationRefusals.Answer(await actions.RemoveAsync(caller, id, member, cancellationToken), removed => new RemovedMemberView(View(removed))),
            var refused => OrganizationRefusals.Answer(refused, id => id),
        };
    }

    public static async Task<IResult> ChangeRoleAsync(JsonElement body, SpaceCaller caller, SpaceLookup lookup, MemberActions actions, CancellationToken cancellationToken)
    {
        if (body.Text("memberId") is not { } member)
            return OrganizationRefusals.Invalid("memberId", "Required");
        if (body.Role() is not { } role)
            return OrganizationRefusals.Invalid("role", "Required");
        return await lookup.IdAsync(caller, body.Reference(), cancellationToken) switch
        {
            SpaceResult<string>.Done { Value: var id } => OrganizationRefusals.Answer(await actions.ChangeRoleAsync(caller, id, member, role, cancellationToken), View),
            var refused => OrganizationRefusals.Answer(refused, id => id),
        };
    }

    public static async Task<IResult> LeaveAsync(JsonElement body, SpaceCaller caller, MemberActions actions, CancellationToken cancellationToken) =>
        body.Text("organizationId") is { } id
            ? OrganizationRefusals.Answer(await actions.LeaveAsync(caller, id, cancellationToken), View)
            : OrganizationRefusals.Invalid("organizationId", "Required");

    internal static MemberView View(SeatedMember member) => MemberView.Of(member.Member, member.User);
}
