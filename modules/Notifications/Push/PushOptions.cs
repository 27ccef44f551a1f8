using System.Buffers.Text;
using System.Security.Cryptography;
using Mana.Kernel.Configuration;

namespace Mana.Notifications.Push;

/// <summary>Section <c>Push</c> (compute.md 27.5). Without keys there is no push: its routes say 503 <c>NOT_CONFIGURED</c>, everything else works.</summary>
internal sealed class PushOptions : IManaOptions
{
    const int SecretLength = 32;

    /// <summary><c>VAPID_PUBLIC_KEY</c>: base64url of the uncompressed point. Browsers are bound to it; a new key needs new subscriptions.</summary>
    public string? VapidPublicKey { get; set; }

    /// <summary><c>VAPID_PRIVATE_KEY</c>: base64url of 32 bytes.</summary>
    public string? VapidPrivateKey { get; set; }

    /// <summary><c>VAPID_SUBJECT</c>: <c>mailto:</c> or <c>https:</c>, whom a push service writes to when something is wrong.</summary>
    public string? VapidSubject { get; set; }

    /// <summary>Hosts that a push endpoint may have, also their subdomains, with commas between; empty: any public one.</summary>
    public string AllowedHosts { get; set; } = "";

    public bool IsConfigured => !string.IsNullOrWhiteSpace(VapidPublicKey);

    public IEnumerable<string> HostNames() => AllowedHosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<string> Problems(bool production)
    {
        if (string.IsNullOrWhiteSpace(VapidPublicKey) && string.IsNullOrWhiteSpace(VapidPrivateKey))
            yield break;
        if (VapidSubject is null || !(VapidSubject.StartsWith("mailto:", StringComparison.Ordinal) || VapidSubject.StartsWith("https://", StringComparison.Ordinal)))
            yield return "VAPID_SUBJECT must begin with mailto: or https://.";
        if (!IsPair())
            yield return "VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY are no key pair (base64url, as `npx web-push generate-vapid-keys` prints them).";
    }

    /// <summary>The signing key; only when configured.</summary>
    public ECDsa CreateKey() => ECDsa.Create(Point.Parameters(Base64Url.DecodeFromChars(VapidPublicKey), Base64Url.DecodeFromChars(VapidPrivateKey)));

    bool IsPair()
    {
        try
        {
            if (Base64Url.DecodeFromChars(VapidPrivateKey).Length != SecretLength)
                return false;
            using var key = CreateKey();
            // A public key that is not the private one's is imported without a word by some versions of OpenSSL.
            return key.VerifyData("pair"u8, key.SignData("pair"u8, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
