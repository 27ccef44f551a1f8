using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Spaces;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Organizations;

internal sealed record StatusView(bool Status);

internal sealed record RoleView(string Role);

/// <summary><c>error</c> is always null: who asks about a space that is not theirs gets a refusal.</summary>
internal sealed record PermissionView(bool Success, string? Error);

/// <summary>Whole spaces (auth.md 14.5).</summary>
internal static class OrganizationHandlers
{
    const int MostMembers = 100;

    public static async Task<IResult> CreateAsync(JsonElement body, SpaceCaller caller, SpaceActions actions, CancellationToken cancellationToken)
    {
        var metadata = body.TryGetProperty("metadata", out var given) ? SpaceMetadata.Read(given) : null;
        if (metadata?.Type is not { } type)
            return OrganizationRefusals.Of(SpaceRefusal.InvalidMetadata);
        if (Problem(body) is { } problem)
            return problem;
        var wish = new SpaceWish(type, body.Text("name") ?? "", caller.UserId)
        {
            Slug = body.Text("slug"), Logo = body.Text("logo"), Metadata = metadata.Stored, OpenIn = body.Flag("keepCurrentActiveOrganization") ? null : caller.SessionId,
        };
        var result = await actions.FoundAsync(caller, wish, cancellationToken);
        return result is SpaceResult<Seat>.Refused { Why: SpaceRefusal.SlugTaken } ? OrganizationRefusals.AlreadyExists : OrganizationRefusals.Answer(result, NewOrganizationView.Of);
    }

    public static async Task<IReadOnlyList<OwnOrganizationView>> ListAsync(SpaceCaller caller, SpaceLookup lookup, CancellationToken cancellationToken) =>
        [.. (await lookup.OfAsync(caller.UserId, cancellationToken)).Select(own => OwnOrganizationView.Of(own.Space, own.Member))];

    /// <summary>Null says: none from now on.</summary>
    public static async Task<IResult> SetActiveAsync(JsonElement body, SpaceCaller caller, SpaceActions actions, SpaceLookup lookup, CancellationToken cancellationToken)
    {
        var reference = body.Reference();
        if (reference.IsActive && (body.Member("organizationId").IsNull || body.Member("organizationSlug").IsNull))
        {
            await actions.CloseAsync(caller, cancellationToken);
            return Nothing();
        }

        if (reference.IsActive)
            return OrganizationRefusals.Of(SpaceRefusal.NoSuchSpace);
        return await actions.OpenAsync(caller, reference, cancellationToken) switch
        {
            SpaceResult<Seat>.Done { Value: var seat } => Results.Ok(await ViewAsync(seat.Space, MostMembers, lookup, cancellationToken)),
            var refused => OrganizationRefusals.Answer(refused, seat => seat),
        };
    }

    public static async Task<IResult> ActiveMemberAsync(SpaceCaller caller, SpaceLookup lookup, CancellationToken cancellationToken) =>
        OrganizationRefusals.Answer(await lookup.SeatAsync(caller, SpaceReference.Active, cancellationToken), ActiveMemberView.Of);

    public static async Task<IResult> ActiveRoleAsync(string? organizationId, string? organizationSlug, SpaceCaller caller, SpaceLookup lookup, CancellationToken cancellationToken) =>
        OrganizationRefusals.Answer(await lookup.SeatAsync(caller, new SpaceReference(organizationId, organizationSlug), cancellationToken), seat => new RoleView(seat.Member.Role));

    public static async Task<IResult> FullAsync(
        string? organizationId, string? organizationSlug, string? membersLimit, SpaceCaller caller, SpaceLookup lookup, CancellationToken cancellationToken)
    {
        if (!Page.TryRead(membersLimit, MostMembers, MostMembers, out var limit))
            return OrganizationRefusals.Invalid("membersLimit", Page.Rule);
        return await lookup.SeatAsync(caller, new SpaceReference(organizationId, organizationSlug), cancellationToken) switch
        {
            SpaceResult<Seat>.Done { Value: var seat } => Results.Ok(await ViewAsync(seat.Space, limit, lookup, cancellationToken)),
            SpaceResult<Seat>.Refused { Why: SpaceRefusal.NoneActive } => Nothing(),
            var refused => OrganizationRefusals.Answer(refused, seat => seat),
        };
    }

    public static async Task<IResult> UpdateAsync(JsonElement body, SpaceCaller caller, SpaceActions actions, SpaceLookup lookup, CancellationToken cancellationToken)
    {
        if (!body.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            return OrganizationRefusals.Invalid("data", "Expected an object");
        var (change, problem) = Change(data);
        if (change is null)
            return problem!;
        return await lookup.IdAsync(caller, body.Reference(), cancellationToken) switch
        {
            SpaceResult<string>.Done { Value: var id } => OrganizationRefusals.Answer(await actions.ChangeAsync(caller, id, change, cancellationToken), OrganizationView.Of),
            var refused => OrganizationRefusals.Answer(refused, id => id),
        };
    }

    public static async Task<IResult> DeleteAsync(JsonElement body, SpaceCaller caller, SpaceActions actions, CancellationToken cancellationToken) =>
        body.Text("organizationId") is { } id
            ? OrganizationRefusals.Answer(await actions.DeleteAsync(caller, id, cancellationToken), OrganizationView.Of)
            : OrganizationRefusals.Invalid("organizationId", "Required");

    public static async Task<IResult> CheckSlugAsync(JsonElement body, SpaceActions actions, CancellationToken cancellationToken) =>
        OrganizationRefusals.Answer(await actions.CheckSlugAsync(body.Text("slug") ?? "", cancellationToken), _ => new StatusView(true));

    /// <summary>All of them, or it is no success.</summary>
    public static async Task<IResult> HasPermissionAsync(JsonElement body, SpaceCaller caller, SpaceLookup lookup, CancellationToken cancellationToken)
    {
        if (body.Permissions() is not { } wanted)
            return OrganizationRefusals.Invalid("permissions", "Expected an object of resources with arrays of actions");
        return OrganizationRefusals.Answer(
            await lookup.SeatAsync(caller, body.Reference(), cancellationToken),
            seat => new PermissionView(wanted.All(one => SpacePermissions.Has(seat.Member.Role, one.Resource, one.Action)), null));
    }

    /// <summary>What is absent stays as it is.</summary>
    internal static (SpaceChange? Change, IResult? Problem) Change(JsonElement data)
    {
        if (Problem(data) is { } problem)
            return (null, problem);
        var metadata = data.TryGetProperty("metadata", out var given) && given.ValueKind != JsonValueKind.Null ? SpaceMetadata.Read(given) : null;
        if (metadata is null && given.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
            return (null, OrganizationRefusals.Of(SpaceRefusal.InvalidMetadata));
        var logo = data.Member("logo");
        return (new SpaceChange(data.Member("name").Text, data.Member("slug").Text, logo.IsNull || logo.Text is not null, logo.Text is { Length: > 0 } url ? url : null, metadata), null);
    }

    /// <summary>Texts that are none.</summary>
    internal static IResult? Problem(JsonElement body) =>
        body.Member("name").IsWrong ? OrganizationRefusals.Of(SpaceRefusal.InvalidName)
        : body.Member("slug").IsWrong ? OrganizationRefusals.Of(SpaceRefusal.InvalidSlug)
        : body.Member("logo").IsWrong ? OrganizationRefusals.Of(SpaceRefusal.InvalidLogo)
        : null;

    internal static async Task<FullOrganizationView> ViewAsync(Organization space, int limit, SpaceLookup lookup, CancellationToken cancellationToken) =>
        FullOrganizationView.Of(space, await lookup.MembersAsync(space.Id, limit, 0, cancellationToken), await lookup.InvitationsAsync(space.Id, cancellationToken));

    static IResult Nothing() => Results.Text("null", "application/json");
}
