using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Admin;

internal sealed record TierRequest(string? Tier) : IAdminChange
{
    public string? Wanted => Tier;
}

internal sealed record RoleRequest(string? Role) : IAdminChange
{
    public string? Wanted => Role;
}

internal sealed record TierView(string Id, string Email, string AccessTier);

internal sealed record RoleView(string Id, string Email, string Role);

internal sealed record TierResponse(bool Success, TierView User);

internal sealed record RoleResponse(bool Success, RoleView User);

internal static class AdminHandlers
{
    public static readonly ApiError UserNotFound = new(404, "Not found", "User not found") { Code = "NOT_FOUND" };
    public static readonly ApiError SpaceNotFound = new(404, "Not found", "Space not found") { Code = "NOT_FOUND" };
    static readonly ApiError LastAdmin = new(409, "Last admin", "Make somebody else an administrator first") { Code = "LAST_ADMIN" };

    static readonly ApiError Self = new(409, "Self", "Not your own account") { Code = "OWN_ACCOUNT" };
    static readonly ApiError NoSecondFactor = new(409, "No second factor", "This account has no second factor") { Code = "TWO_FACTOR_NOT_ENABLED" };

    static readonly ApiError InvalidTier = new(400, "Invalid tier", $"Valid tiers: {Words<AccessTier>()}") { Code = "INVALID_TIER" };
    static readonly ApiError InvalidRole = new(400, "Invalid role", $"Valid roles: {Words<UserRole>()}") { Code = "INVALID_ROLE" };

    public static async Task<IResult> StatsAsync(bool? includePersonas, AdminStatistics statistics, CancellationToken cancellationToken) =>
        Results.Ok(await statistics.NowAsync(includePersonas == true, cancellationToken));

    /// <summary><c>tier</c> alone is the older form of the list.</summary>
    public static async Task<IResult> UsersAsync(int? page, int? limit, string? search, string? tier, UserSearch users, CancellationToken cancellationToken)
    {
        if (tier is null || page is not null || search is not null)
            return Results.Ok(await users.PageAsync(page, limit, search, cancellationToken));
        return Parse<AccessTier>(tier) is { } wanted ? Results.Ok(await users.OfTierAsync(wanted, limit, cancellationToken)) : InvalidTier;
    }

    public static async Task<IResult> TierAsync(string id, UserAdministration users, CancellationToken cancellationToken) =>
        await users.FindAsync(id, cancellationToken) is { } user ? Results.Ok(View(user)) : UserNotFound;

    public static async Task<IResult> SetTierAsync(string id, TierRequest? request, UserAdministration users, CancellationToken cancellationToken) =>
        Parse<AccessTier>(request?.Tier) is not { } tier ? InvalidTier : await users.SetTierAsync(id, tier, cancellationToken) switch
        {
            AdminChange.Done done => Results.Ok(new TierResponse(true, View(done.User))),
            _ => UserNotFound,
        };

    public static async Task<IResult> SetSpaceTierAsync(string id, TierRequest? request, UserAdministration users, CancellationToken cancellationToken)
    {
        if (Parse<AccessTier>(request?.Tier) is not { } tier)
            return InvalidTier;
        return await users.SetSpaceTierAsync(id, tier, cancellationToken)
            ? Results.Ok(new { success = true, space = new { id, tier = LowerCaseEnum.Text(tier) } })
            : SpaceNotFound;
    }

    public static async Task<IResult> SetRoleAsync(string id, RoleRequest? request, UserAdministration users, CancellationToken cancellationToken) =>
        Parse<UserRole>(request?.Role) is not { } role ? InvalidRole : await users.SetRoleAsync(id, role, cancellationToken) switch
        {
            AdminChange.Done done => Results.Ok(new RoleResponse(true, new RoleView(done.User.Id, done.User.Email!, LowerCaseEnum.Text(done.User.Role)))),
            AdminChange.LastAdmin => LastAdmin,
            _ => UserNotFound,
        };

    public static async Task<IResult> UnlockAsync(string id, ClientInfo client, UserAdministration users, CancellationToken cancellationToken) =>
        await users.UnlockAsync(id, client, cancellationToken) is AdminChange.Done ? Results.Ok(new { success = true }) : UserNotFound;

    public static async Task<IResult> RevokeSessionsAsync(string id, UserAdministration users, CancellationToken cancellationToken) =>
        await users.RevokeSessionsAsync(id, cancellationToken) is { } revoked ? Results.Ok(new { success = true, revoked }) : UserNotFound;

    public static async Task<IResult> BlockAsync(string id, CurrentUser caller, ClientInfo client, AccountBlocking blocking, CancellationToken cancellationToken) =>
        Answer(await blocking.BlockAsync(id, caller.UserId, client, cancellationToken));

    public static async Task<IResult> UnblockAsync(string id, ClientInfo client, AccountBlocking blocking, CancellationToken cancellationToken) =>
        Answer(await blocking.UnblockAsync(id, client, cancellationToken));

    public static async Task<IResult> RemoveSecondFactorAsync(string id, CurrentUser caller, ClientInfo client, SecondFactorRemoval removal, CancellationToken cancellationToken) =>
        Answer(await removal.RemoveAsync(id, caller.UserId, client, cancellationToken));

    static IResult Answer(AdminChange change) => change switch
    {
        AdminChange.Done => Results.Ok(new { success = true }),
        AdminChange.LastAdmin => LastAdmin,
        AdminChange.Self => Self,
        AdminChange.NoSecondFactor => NoSecondFactor,
        _ => UserNotFound,
    };

    static TierView View(User user) => new(user.Id, user.Email!, LowerCaseEnum.Text(user.AccessTier));

    /// <summary>Exactly the word that is stored: neither numbers nor other spellings.</summary>
    public static TEnum? Parse<TEnum>(string? word)
        where TEnum : struct, Enum
    {
        foreach (var value in Enum.GetValues<TEnum>())
            if (LowerCaseEnum.Text(value) == word)
                return value;
        return null;
    }

    static string Words<TEnum>()
        where TEnum : struct, Enum => string.Join(", ", Enum.GetValues<TEnum>().Select(LowerCaseEnum.Text));
}
