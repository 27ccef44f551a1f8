namespace Mana.Auth.Oidc.Protocol;

/// <summary>Scopes of OpenID Connect Core 5.4 and 11. A client may have others of its own, by registration.</summary>
internal static class Scopes
{
    public const string OpenId = "openid";
    public const string Profile = "profile";
    public const string Email = "email";
    public const string OfflineAccess = "offline_access";

    public static readonly IReadOnlyList<string> Supported = [OpenId, Profile, Email, OfflineAccess];

    /// <summary>scope-token of RFC 6749 3.3.</summary>
    public static bool IsWellFormed(string scope) => scope.Length is > 0 and <= 100 && scope.All(letter => letter is '!' or (>= '#' and <= '[') or (>= ']' and <= '~'));

    public static string Text(IEnumerable<string> scopes) => string.Join(' ', scopes);
}
