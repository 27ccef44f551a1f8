namespace Mana.Auth.Spaces;

/// <summary>
/// What a role may do (auth.md 14.3). Everything here takes the roles as a row holds them; the highest one counts, and permissions only grow
/// with the rank.
/// </summary>
internal static class SpacePermissions
{
    static readonly string[] Nothing = [];

    /// <summary><c>resource:action</c>, as <c>has-permission</c> is asked for it.</summary>
    static readonly string[] OfAdmin =
    [
        "organization:update", "member:create", "member:update", "member:delete", "invitation:create", "invitation:cancel",
        .. CreditPermissions.OfAdmin,
    ];

    static readonly string[] OfOwner = ["organization:delete", .. OfAdmin, .. CreditPermissions.OfOwner];

    public static bool Has(string role, string resource, string action) => Of(role).Contains($"{resource}:{action}", StringComparer.Ordinal);

    public static bool MayUpdate(string role) => Has(role, "organization", "update");

    public static bool MayDelete(string role) => Has(role, "organization", "delete");

    public static bool MayInvite(string role) => Has(role, "invitation", "create");

    /// <summary>Nobody makes an owner who is none.</summary>
    public static bool MayGive(string role, string given) => SpaceRoles.IsOwner(role) || !SpaceRoles.IsOwner(given);

    /// <summary>Remove somebody, or change what they are: administrators leave owners alone.</summary>
    public static bool MayManage(string role, string other) => Has(role, "member", "delete") && (SpaceRoles.IsOwner(role) || !SpaceRoles.IsOwner(other));

    static string[] Of(string role) => SpaceRoles.Highest(role) switch
    {
        SpaceRoles.Owner => OfOwner,
        SpaceRoles.Admin => OfAdmin,
        SpaceRoles.Member => CreditPermissions.OfMember,
        _ => Nothing,
    };
}

/// <summary>Names of the policies about a space's credits (auth.md 14.3 [R]); each role has what the lower ones have.</summary>
internal static class CreditPermissions
{
    public const string Allocate = "credits:allocate";
    public const string ViewAll = "credits:view_all";
    public const string ViewOwn = "credits:view_own";

    public static readonly string[] OfMember = [ViewOwn];
    public static readonly string[] OfAdmin = [ViewAll, ViewOwn];
    public static readonly string[] OfOwner = [Allocate, ViewAll, ViewOwn];
}
