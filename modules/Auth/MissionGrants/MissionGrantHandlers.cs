using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Vault;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.MissionGrants;

internal sealed record MissionGrantRequest(string? MissionId, IReadOnlyList<string?>? Tables, IReadOnlyList<string?>? RecordIds, double? TtlMs);

internal sealed record MissionDerivation(string Version, string MissionId, IReadOnlyList<string> Tables, IReadOnlyList<string> RecordIds);

/// <summary><c>grantId</c> is ours: by it the runner asks whether the grant still stands.</summary>
internal sealed record MissionGrantResponse(
    string WrappedKey, MissionDerivation Derivation,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset IssuedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset ExpiresAt, string GrantId);

internal sealed record MissionGrantView(
    string GrantId, string UserId, string MissionId, IReadOnlyList<string> Tables, int RecordCount, string ScopeHash, bool Active,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset IssuedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset ExpiresAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? RevokedAt);

internal sealed record MissionGrantList(IReadOnlyList<MissionGrantView> Grants);

internal sealed record MissionGrantCheck(bool Active, IReadOnlyList<MissionGrantView> Grants);

internal sealed record MissionGrantsRevoked(bool Ok, int Revoked);

internal static class MissionGrantHandlers
{
    static readonly ApiError NotFound = VaultRefusals.Of(404, "GRANT_NOT_FOUND", "There is no such grant");

    public static async Task<IResult> IssueAsync(
        MissionGrantRequest? request, CurrentUser caller, ClientInfo client, MissionGranting granting, VaultJournal journal, CancellationToken cancellationToken)
    {
        var (scope, problem) = MissionScope.Of(request?.MissionId, request?.Tables, request?.RecordIds);
        var (grant, outcome) = await granting.IssueAsync(caller.UserId, scope, problem, request?.TtlMs, cancellationToken);
        var reply = await journal.KeepAsync(caller.UserId, client, outcome);
        return grant is null
            ? new VaultAnswer(reply)
            : Results.Ok(new MissionGrantResponse(
                grant.WrappedKey, new MissionDerivation(MissionScope.Version, grant.Scope.MissionId, grant.Scope.Tables, grant.Scope.RecordIds),
                grant.IssuedAt, grant.ExpiresAt, grant.Id));
    }

    public static async Task<IResult> ListAsync(string? missionId, CurrentUser caller, MissionGrantRegister register, CancellationToken cancellationToken) =>
        Results.Ok(new MissionGrantList(Views(await register.ListAsync(caller.UserId, missionId, cancellationToken), register)));

    public static async Task<IResult> RevokeAsync(string id, CurrentUser caller, MissionGrantRegister register, CancellationToken cancellationToken) =>
        await register.RevokeAsync(caller.UserId, id, cancellationToken) ? Results.Ok(new { ok = true }) : NotFound;

    public static async Task<IResult> RevokeAllAsync(string? missionId, CurrentUser caller, MissionGrantRegister register, CancellationToken cancellationToken) =>
        Results.Ok(new MissionGrantsRevoked(true, await register.RevokeAllAsync(caller.UserId, missionId, cancellationToken)));

    /// <summary>For the runner that knows the grant.</summary>
    public static async Task<IResult> CheckAsync(string id, MissionGrantRegister register, CancellationToken cancellationToken) =>
        await register.FindAsync(id, cancellationToken) is { } grant ? Results.Ok(View(grant, register)) : NotFound;

    /// <summary>For the runner that knows only whose mission it is: an older client may have kept no grant id.</summary>
    public static async Task<IResult> CheckMissionAsync(string userId, string missionId, MissionGrantRegister register, CancellationToken cancellationToken)
    {
        var grants = Views(await register.ListAsync(userId, missionId, cancellationToken), register);
        return Results.Ok(new MissionGrantCheck(grants.Exists(grant => grant.Active), grants));
    }

    static List<MissionGrantView> Views(IEnumerable<MissionGrant> grants, MissionGrantRegister register) => [.. grants.Select(grant => View(grant, register))];

    static MissionGrantView View(MissionGrant grant, MissionGrantRegister register) => new(
        grant.Id, grant.UserId, grant.MissionId, grant.Tables, grant.RecordCount, grant.ScopeHash, register.IsActive(grant),
        grant.IssuedAt, grant.ExpiresAt, grant.RevokedAt);
}
