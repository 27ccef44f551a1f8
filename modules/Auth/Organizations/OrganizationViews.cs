using System.Text.Json;
using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Invitations;
using Mana.Auth.Spaces;

namespace Mana.Auth.Organizations;

/// <summary>A space as clients see it (auth.md 14.5). <c>metadata</c> always holds type and tier.</summary>
internal sealed record OrganizationView(
    string Id, string Name, string Slug, string? Logo,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, IReadOnlyDictionary<string, JsonElement> Metadata)
{
    public static OrganizationView Of(Organization space) => new(space.Id, space.Name, space.Slug, space.Logo, space.CreatedAt, SpaceMetadata.View(space));
}

/// <summary>With what the caller is in it.</summary>
internal sealed record OwnOrganizationView(
    string Id, string Name, string Slug, string? Logo,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, IReadOnlyDictionary<string, JsonElement> Metadata, string Role)
{
    public static OwnOrganizationView Of(Organization space, Member member) =>
        new(space.Id, space.Name, space.Slug, space.Logo, space.CreatedAt, SpaceMetadata.View(space), member.Role);
}

/// <summary>A space that was founded a moment ago.</summary>
internal sealed record NewOrganizationView(
    string Id, string Name, string Slug, string? Logo,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, IReadOnlyDictionary<string, JsonElement> Metadata, IReadOnlyList<MemberView> Members)
{
    public static NewOrganizationView Of(Seat seat) => new(
        seat.Space.Id, seat.Space.Name, seat.Space.Slug, seat.Space.Logo, seat.Space.CreatedAt, SpaceMetadata.View(seat.Space), [MemberView.Of(seat.Member, seat.User)]);
}

internal sealed record FullOrganizationView(
    string Id, string Name, string Slug, string? Logo,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, IReadOnlyDictionary<string, JsonElement> Metadata,
    IReadOnlyList<MemberView> Members, IReadOnlyList<InvitationView> Invitations)
{
    public static FullOrganizationView Of(Organization space, IEnumerable<SeatedMember> members, IEnumerable<Invitation> invitations) => new(
        space.Id, space.Name, space.Slug, space.Logo, space.CreatedAt, SpaceMetadata.View(space),
        [.. members.Select(member => MemberView.Of(member.Member, member.User))], [.. invitations.Select(InvitationView.Of)]);
}

internal sealed record MemberUserView(string Id, string Name, string Email, string? Image);

internal sealed record MemberView(
    string Id, string OrganizationId, string UserId, string Role, [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, MemberUserView User)
{
    public static MemberView Of(Member member, User user) =>
        new(member.Id, member.OrganizationId, member.UserId, member.Role, member.CreatedAt, new MemberUserView(user.Id, user.Name, user.Email!, user.Image));
}

/// <summary>With the space: the apps that start ask for nothing else (auth.md 14.6).</summary>
internal sealed record ActiveMemberView(
    string Id, string OrganizationId, string UserId, string Role,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, MemberUserView User, OrganizationView Organization)
{
    public static ActiveMemberView Of(Seat seat)
    {
        var member = MemberView.Of(seat.Member, seat.User);
        return new ActiveMemberView(member.Id, member.OrganizationId, member.UserId, member.Role, member.CreatedAt, member.User, OrganizationView.Of(seat.Space));
    }
}

internal sealed record MembersView(IReadOnlyList<MemberView> Members, int Total);

internal sealed record InvitationView(
    string Id, string OrganizationId, string Email, string Role, string Status,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset ExpiresAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, string InviterId)
{
    public static InvitationView Of(Invitation invitation) => new(
        invitation.Id, invitation.OrganizationId, invitation.Email, invitation.Role, LowerCaseEnum.Text(invitation.Status), invitation.ExpiresAt,
        invitation.CreatedAt, invitation.InviterId);
}

internal sealed record ReceivedInvitationView(
    string Id, string OrganizationId, string Email, string Role, string Status,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset ExpiresAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, string InviterId,
    string OrganizationName, string OrganizationSlug, string InviterEmail)
{
    public static ReceivedInvitationView Of(ReceivedInvitation received)
    {
        var view = InvitationView.Of(received.Invitation);
        return new ReceivedInvitationView(
            view.Id, view.OrganizationId, view.Email, view.Role, view.Status, view.ExpiresAt, view.CreatedAt, view.InviterId,
            received.Space.Name, received.Space.Slug, received.InviterEmail);
    }
}

internal sealed record AcceptedInvitationView(InvitationView Invitation, MemberView Member)
{
    public static AcceptedInvitationView Of(AcceptedInvitation accepted) =>
        new(InvitationView.Of(accepted.Invitation), MemberView.Of(accepted.Member.Member, accepted.Member.User));
}
