using System.Security.Cryptography;
using Mana.Kernel.Configuration;

namespace Mana.Auth.MissionGrants;

/// <summary>Section <c>Auth:MissionGrants</c>.</summary>
internal sealed class MissionGrantOptions : IManaOptions
{
    const int SmallestKey = 2048;

    /// <summary><c>MANA_AI_PUBLIC_KEY_PEM</c>: the runner's RSA key (SPKI PEM; <c>\n</c> may stand for line ends). Unset: no grants, 503.</summary>
    public string? PublicKeyPem { get; set; }

    /// <summary>The caller disposes it. Null when there is none.</summary>
    public RSA? PublicKey()
    {
        if (string.IsNullOrWhiteSpace(PublicKeyPem))
            return null;
        var key = RSA.Create();
        key.ImportFromPem(PublicKeyPem.Replace("\\n", "\n", StringComparison.Ordinal));
        return key;
    }

    public IEnumerable<string> Problems(bool production)
    {
        const string Wanted = "MANA_AI_PUBLIC_KEY_PEM must be the PEM of an RSA public key of at least 2048 bits.";
        int size;
        try
        {
            using var key = PublicKey();
            size = key?.KeySize ?? SmallestKey;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            size = 0;
        }

        if (size < SmallestKey)
            yield return Wanted;
        if (PublicKeyPem?.Contains("PRIVATE KEY", StringComparison.Ordinal) == true)
            yield return "MANA_AI_PUBLIC_KEY_PEM holds a private key; it belongs to the runner alone.";
    }
}
