using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Invitations;
using Mana.Auth.Organizations;
using Mana.Auth.Spaces;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Gilden;

internal sealed record GildePool(int Balance);

/// <summary><c>pool</c> stays for the clients that read it; credits are another module's.</summary>
internal sealed record NewGilde(NewOrganizationView Gilde, GildePool Pool);

internal sealed record GildeSuccess(bool Success);

internal static class GildenHandlers
{
    const int MostMembers = 100;

    /// <summary>A plan that allows no more is 400 here, as the wrapper had it, and 403 on the native route.</summary>
    public static async Task<IResult> CreateAsync(JsonElement body, SpaceCaller caller, SpaceActions actions, CancellationToken cancellationToken)
    {
        if (OrganizationHandlers.Problem(body) is { } problem)
            return problem;
        var type = body.TryGetProperty("type", out var given) && given.ValueKind != JsonValueKind.Null ? SpaceMetadata.TypeOf(given) : SpaceType.Team;
        if (type is null)
            return OrganizationRefusals.Of(SpaceRefusal.InvalidMetadata);
        var wish = new SpaceWish(type.Value, body.Text("name") ?? "", caller.UserId) { Slug = body.Text("slug"), Logo = body.Text("logo"), IsGuild = true, OpenIn = caller.SessionId };
        return await actions.FoundAsync(caller, wish, cancellationToken) switch
        {
            SpaceResult<Seat>.Done { Value: var seat } => Results.Json(new NewGilde(NewOrganizationView.Of(seat), new GildePool(0)), statusCode: StatusCodes.Status201Created),
            SpaceResult<Seat>.Refused { Why: SpaceRefusal.PlanAllowsNoMoreSpaces } refused => OrganizationRefusals.Of(refused.Why, refused.Problem) with { StatusCode = 400 },
            SpaceResult<Seat>.Refused { Why: SpaceRefusal.SlugTaken } => OrganizationRefusals.AlreadyExists,
            var refused => OrganizationRefusals.Answer(refused, seat => seat),
        };
    }

    /// <summary>The personal space is no Gilde.</summary>
    public static async Task<IReadOnlyList<OwnOrganizationView>> ListAsync(SpaceCaller caller, SpaceLookup lookup, CancellationToken cancellationToken) =>
        [.. (await lookup.OfAsync(caller.UserId, cancellationToken)).Where(own => own.Space.Type != SpaceType.Personal).Select(own => OwnOrganizationView.Of(own.Space, own.Member))];

    public static async Task<IResult> GetAsync(string id, SpaceCaller caller, SpaceLookup lookup, CancellationToken cancellationToken) =>
        await lookup.SeatAsync(caller, new SpaceReference(id, null), cancellationToken) switch
        {
            SpaceResult<Seat>.Done { Value: var seat } => Results.Ok(await OrganizationHandlers.ViewAsync(seat.Space, MostMembers, lookup, cancellationToken)),
            var refused => OrganizationRefusals.Answer(refused, seat => seat),
        };

    public static async Task<IResult> UpdateAsync(string id, JsonElement body, SpaceCaller caller, SpaceLookup lookup, SpaceActions actions, CancellationToken cancellationToken)
    {
        var (change, problem) = OrganizationHandlers.Change(body);
        return change is null ? problem! : await OnAsync(id, caller, lookup, async () =>
            OrganizationRefusals.Answer(await actions.ChangeAsync(caller, id, change with { Metadata = null }, cancellationToken), OrganizationView.Of), cancellationToken);
    }

    public static Task<IResult> DeleteAsync(string id, SpaceCaller caller, SpaceLookup lookup, SpaceActions actions, CancellationToken cancellationToken) =>
        OnAsync(id, caller, lookup, async () => OrganizationRefusals.Answer(await actions.DeleteAsync(caller, id, cancellationToken), _ => new GildeSuccess(true)), cancellationToken);

    public static Task<IResult> InviteAsync(string id, JsonElement body, SpaceCaller caller, SpaceLookup lookup, InvitationActions actions, CancellationToken cancellationToken) =>
        OnAsync(id, caller, lookup, async () => OrganizationRefusals.Answer(
            await actions.InviteAsync(caller, id, body.Text("email"), body.Role() ?? SpaceRoles.Member, body.Flag("resend"), cancellationToken), InvitationView.Of), cancellationToken);

    public static Task<IResult> RemoveAsync(string id, string memberId, SpaceCaller caller, SpaceLookup lookup, MemberActions actions, CancellationToken cancellationToken) =>
        OnAsync(id, caller, lookup, async () => OrganizationRefusals.Answer(await actions.RemoveAsync(caller, id, memberId, cancellationToken), _ => new GildeSuccess(true)), cancellationToken);

    public static Task<IResult> ChangeRoleAsync(
        string id, string memberId, JsonElement body, SpaceCaller caller, SpaceLookup lookup, MemberActions actions, CancellationToken cancellationToken) =>
        body.Role() is { } role
            ? OnAsync(id, caller, lookup, async () => OrganizationRefusals.Answer(await actions.ChangeRoleAsync(caller, id, memberId, role, cancellationToken), MemberHandlers.View), cancellationToken)
            : Task.FromResult<IResult>(OrganizationRefusals.Invalid("role", "Required"));

    /// <summary>An id of a path may be any text, also one that no database would look for.</summary>
    static async Task<IResult> OnAsync(string id, SpaceCaller caller, SpaceLookup lookup, Func<Task<IResult>> action, CancellationToken cancellationToken) =>
        await lookup.IdAsync(caller, new SpaceReference(id, null), cancellationToken) is SpaceResult<string>.Refused refused ? OrganizationRefusals.Of(refused.Why) : await action();
}
