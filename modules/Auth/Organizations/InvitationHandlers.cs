using System.Text.Json;
using Mana.Auth.Invitations;
using Mana.Auth.Spaces;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Organizations;

/// <summary>Invitations (auth.md 14.5).</summary>
internal static class InvitationHandlers
{
    public static async Task<IResult> InviteAsync(JsonElement body, SpaceCaller caller, SpaceLookup lookup, InvitationActions actions, CancellationToken cancellationToken)
    {
        if (body.Role() is not { } role)
            return OrganizationRefusals.Invalid("role", "Required");
        return await lookup.IdAsync(caller, body.Reference(), cancellationToken) switch
        {
            SpaceResult<string>.Done { Value: var id } =>
                OrganizationRefusals.Answer(await actions.InviteAsync(caller, id, body.Text("email"), role, body.Flag("resend"), cancellationToken), InvitationView.Of),
            var refused => OrganizationRefusals.Answer(refused, id => id),
        };
    }

    public static async Task<IResult> GetAsync(string? id, SpaceCaller caller, InvitationReplies replies, CancellationToken cancellationToken) =>
        OrganizationRefusals.Answer(await replies.ReadAsync(caller, id ?? "", cancellationToken), ReceivedInvitationView.Of);

    public static async Task<IResult> ListAsync(string? organizationId, string? organizationSlug, SpaceCaller caller, SpaceLookup lookup, CancellationToken cancellationToken)
    {
        var found = await lookup.SeatAsync(caller, new SpaceReference(organizationId, organizationSlug), cancellationToken);
        return found is SpaceResult<Seat>.Done { Value.Space.Id: var id }
            ? Results.Ok((await lookup.InvitationsAsync(id, cancellationToken)).Select(InvitationView.Of))
            : OrganizationRefusals.Answer(found, seat => seat);
    }

    public static async Task<IReadOnlyList<ReceivedInvitationView>> ListOwnAsync(SpaceCaller caller, InvitationReplies replies, CancellationToken cancellationToken) =>
        [.. (await replies.ListAsync(caller, cancellationToken)).Select(ReceivedInvitationView.Of)];

    public static async Task<IResult> AcceptAsync(JsonElement body, SpaceCaller caller, InvitationReplies replies, CancellationToken cancellationToken) =>
        OrganizationRefusals.Answer(await replies.AcceptAsync(caller, body.Text("invitationId") ?? "", cancellationToken), AcceptedInvitationView.Of);

    public static async Task<IResult> RejectAsync(JsonElement body, SpaceCaller caller, InvitationReplies replies, CancellationToken cancellationToken) =>
        OrganizationRefusals.Answer(await replies.RejectAsync(caller, body.Text("invitationId") ?? "", cancellationToken), InvitationView.Of);

    public static async Task<IResult> CancelAsync(JsonElement body, SpaceCaller caller, InvitationActions actions, CancellationToken cancellationToken) =>
        OrganizationRefusals.Answer(await actions.CancelAsync(caller, body.Text("invitationId") ?? "", cancellationToken), InvitationView.Of);
}
