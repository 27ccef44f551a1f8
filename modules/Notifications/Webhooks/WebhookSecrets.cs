using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Mana.Notifications.Webhooks;

/// <summary>
/// Secrets of webhook endpoints, derived from <c>MANA_AUTH_KEK</c> and the endpoint's id: there is none in the database that could be read there, and
/// it can be shown once because nobody asks for it twice.
/// </summary>
internal sealed class WebhookSecrets(IConfiguration configuration)
{
    const int Length = 32;
    readonly byte[] _master = configuration["Auth:KeyEncryptionKey"] is { Length: > 0 } key
        ? Convert.FromBase64String(key.Trim())
        : SHA256.HashData("mana webhooks in development"u8);

    /// <summary>As the receiver gets it: the form of the Standard Webhooks libraries.</summary>
    public string Shown(Guid endpoint) => "whsec_" + Convert.ToBase64String(Of(endpoint));

    /// <summary>Value of <c>webhook-signature</c>: HMAC-SHA-256 over <c>id.timestamp.body</c>.</summary>
    public string Sign(Guid endpoint, string id, string timestamp, string body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Of(endpoint), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));

    byte[] Of(Guid endpoint) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _master, Length, info: Encoding.UTF8.GetBytes($"mana webhook {endpoint:D}"));
}
