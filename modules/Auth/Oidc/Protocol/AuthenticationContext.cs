namespace Mana.Auth.Oidc.Protocol;

/// <summary>The <c>acr</c> of auth.md 13.7: 1, a password or a link; 2, several factors. Passkeys are both what one has and who one is.</summary>
internal static class AuthenticationContext
{
    public const string SingleFactor = "1";
    public const string MultiFactor = "2";

    static readonly string[] Second = ["mfa", "otp", "hwk", "swk", "sms", "user", "bkp"];

    /// <summary>Of how somebody proved who they are.</summary>
    /// <param name="amr">RFC 8176, of the session.</param>
    public static string Of(IReadOnlyCollection<string> amr) => amr.Any(Second.Contains) ? MultiFactor : SingleFactor;
}
