using Mana.Auth.SecurityEvents;

namespace Mana.Auth.Spaces;

/// <summary>What members do with memberships (auth.md 14.3): leave, remove others, change what others are.</summary>
internal sealed class MemberActions(SpaceMemberships memberships, SpaceLookup lookup, SecurityLog security)
{
    /// <summary>The membership that ended.</summary>
    public async Task<SpaceResult<SeatedMember>> LeaveAsync(SpaceCaller caller, string spaceId, CancellationToken cancellationToken)
    {
        var found = await lookup.SeatAsync(caller, new SpaceReference(spaceId, null), cancellationToken);
        return found is SpaceResult<Seat>.Done { Value: var seat }
            ? await EndAsync(caller, spaceId, new SeatedMember(seat.Member, seat.User), cancellationToken)
            : ((SpaceResult<Seat>.Refused)found).Why;
    }

    /// <summary>The membership that ended. One's own is ended like this as well.</summary>
    public async Task<SpaceResult<SeatedMember>> RemoveAsync(SpaceCaller caller, string spaceId, string memberIdOrEmail, CancellationToken cancellationToken)
    {
        if (await lookup.SeatAsync(caller, new SpaceReference(spaceId, null), cancellationToken) is SpaceResult<Seat>.Refused refused)
            return refused.Why;
        return await lookup.MemberAsync(spaceId, memberIdOrEmail, cancellationToken) is { } member
            ? await EndAsync(caller, spaceId, member, cancellationToken)
            : SpaceRefusal.NoSuchMember;
    }

    /// <summary>The member as it is now.</summary>
    public async Task<SpaceResult<SeatedMember>> ChangeRoleAsync(
        SpaceCaller caller, string spaceId, string memberId, string role, CancellationToken cancellationToken)
    {
        if (SpaceRoles.Normalize(role) is not { } stored)
            return SpaceRefusal.UnknownRole;
        if (await lookup.SeatAsync(caller, new SpaceReference(spaceId, null), cancellationToken) is SpaceResult<Seat>.Refused refused)
            return refused.Why;
        if (await lookup.MemberAsync(spaceId, memberId, cancellationToken) is not { } member)
            return SpaceRefusal.NoSuchMember;
        var change = await memberships.ChangeRoleAsync(spaceId, member.User.Id, stored, cancellationToken, caller.UserId);
        if (change == MembershipChange.Done)
            Tell(caller, SecurityEventTypes.OrganizationMemberRoleChanged, member, stored);
        if (change is not (MembershipChange.Done or MembershipChange.Unchanged))
            return Refusal(change, SpaceRefusal.MayNotChangeRole);
        member.Member.Role = stored;
        return member;
    }

    async Task<SpaceResult<SeatedMember>> EndAsync(SpaceCaller caller, string spaceId, SeatedMember member, CancellationToken cancellationToken)
    {
        var change = await memberships.RemoveAsync(spaceId, member.User.Id, cancellationToken, caller.UserId);
        if (change != MembershipChange.Done)
            return Refusal(change, SpaceRefusal.MayNotRemove);
        Tell(caller, SecurityEventTypes.OrganizationMemberRemoved, member, null);
        return member;
    }

    /// <summary>For both, but the one it happened to does not learn where the other one sits.</summary>
    void Tell(SpaceCaller caller, string type, SeatedMember member, string? role)
    {
        (string, object?)[] facts = [("spaceId", member.Member.OrganizationId), ("actor", caller.UserId), ("member", member.User.Id), ("role", role)];
        security.Record(type, caller.UserId, caller.Client, facts);
        if (member.User.Id != caller.UserId)
            security.Record(type, member.User.Id, ClientInfo.None with { RequestId = caller.Client.RequestId }, facts);
    }

    static SpaceRefusal Refusal(MembershipChange change, SpaceRefusal notAllowed) => change switch
    {
        MembershipChange.NotAllowed => notAllowed,
        MembershipChange.LastOwner => SpaceRefusal.LastOwner,
        MembershipChange.PersonalSpace => SpaceRefusal.PersonalSpace,
        MembershipChange.UnknownRole => SpaceRefusal.UnknownRole,
        MembershipChange.NoSuchSpace => SpaceRefusal.NoSuchSpace,
        _ => SpaceRefusal.NoSuchMember,
    };
}
