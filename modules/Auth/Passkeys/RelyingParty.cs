using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Cookies;
using Mana.Auth.Keys;
using Mana.Auth.Origins;

namespace Mana.Auth.Passkeys;

/// <summary>Who we are to an authenticator (WebAuthn Level 3, 4).</summary>
internal sealed class RelyingParty(PasskeyOptions options, CookieSettings cookies, AuthOptions auth, TrustedOrigins origins, SecretBox secrets)
{
    const string Purpose = "passkey user handle";

    public bool Enabled => options.Enabled;

    public string Name => options.RpName;

    public string Id { get; } = new[] { options.RpId, cookies.Domain?.TrimStart('.'), new Uri(auth.BaseUrl).Host }.First(name => !string.IsNullOrEmpty(name))!.ToLowerInvariant();

    public bool IsOrigin(string? origin) => origins.Contains(origin);

    public byte[] IdHash() => SHA256.HashData(Encoding.UTF8.GetBytes(Id));

    /// <summary>64 bytes, the same for a person for ever, which tell nobody who it is (WebAuthn 14.6.1).</summary>
    public byte[] HandleOf(string userId) => [.. secrets.Digest(Purpose, userId + ":1"), .. secrets.Digest(Purpose, userId + ":2")];
}
