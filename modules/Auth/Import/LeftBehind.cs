namespace Mana.Auth.Import;

/// <summary>Tables of the original that nothing is imported from, and why. A table with an <see cref="ITableImport"/> is not in here.</summary>
internal static class LeftBehind
{
    const string NotYet = "not supported yet";

    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["passkeys"] = NotYet,
        ["two_factor_auth"] = NotYet,
        ["two_factor"] = NotYet,
        ["user_settings"] = NotYet,
        ["invitations"] = NotYet,
        ["oauth_applications"] = NotYet,
        ["oauth_consents"] = NotYet,
        ["matrix_user_links"] = NotYet,
        ["sessions"] = "people sign in again",
        ["oauth_access_tokens"] = "people sign in again",
        ["oauth_authorization_codes"] = "they have expired",
        ["verification"] = "they have expired; people ask for another mail",
        ["jwks"] = "this server signs with keys of its own",
        ["passwords"] = "the original did not use it",
        ["login_attempts"] = "locks begin anew",
        ["security_events"] = "the log here is a chain that begins here; keep the original's",
    };

    /// <summary>Nobody has thought about it yet: it must show.</summary>
    public const string Unknown = "not a table that this import knows";
}
