using Mana.Kernel.Configuration;

namespace Mana.Auth.Passkeys;

/// <summary>Section <c>Auth:Passkeys</c>. Accepted origins are the trusted ones: a list of their own could drift (auth.md 2).</summary>
internal sealed class PasskeyOptions : IManaOptions
{
    const int LongestName = 64;

    /// <summary><c>PASSKEYS_ENABLED</c>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary><c>WEBAUTHN_RP_ID</c>: the domain that passkeys belong to. It cannot change later: they are bound to it. Unset: the domain of the cookies, else the host of <c>BASE_URL</c>.</summary>
    public string? RpId { get; set; }

    /// <summary><c>WEBAUTHN_RP_NAME</c>: what browsers show.</summary>
    public string RpName { get; set; } = "Mana";

    public IEnumerable<string> Problems(bool production)
    {
        if (RpId is { Length: > 0 } id && Uri.CheckHostName(id) != UriHostNameType.Dns)
            yield return $"WEBAUTHN_RP_ID: '{id}' is no domain.";
        if (string.IsNullOrWhiteSpace(RpName) || RpName.Length > LongestName)
            yield return $"WEBAUTHN_RP_NAME must be 1–{LongestName} characters.";
    }
}
