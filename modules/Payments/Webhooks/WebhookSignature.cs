using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Payments.Webhooks;

/// <summary>
/// Header <c>Stripe-Signature: t=…,v1=…[,v1=…]</c> over the raw body (commerce.md 7.5). Takes and refuses what the official libraries do, and also
/// refuses what is dated more than the tolerance ahead: an honest signer has no reason to, and it could be kept for later.
/// </summary>
internal static class WebhookSignature
{
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    /// <summary>At least one <c>v1</c> is right for at least one secret, and the time is near.</summary>
    public static bool IsValid(string header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        var (time, signatures) = Parse(header);
        if (time is not { } seconds || signatures.Count == 0 || Math.Abs((double)now.ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds)
            return false;
        var found = false;
        foreach (var secret in secrets.Where(secret => secret.Length > 0))
        {
            var expected = Encoding.ASCII.GetBytes(Sign(secret, seconds, body));
            foreach (var signature in signatures)
                found |= CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature));
        }

        return found;
    }

    /// <summary>Lower-case hex of HMAC-SHA-256 over <c>&lt;t&gt;.&lt;body&gt;</c>.</summary>
    public static string Sign(string secret, long time, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(Encoding.ASCII.GetBytes(time.ToString(CultureInfo.InvariantCulture) + "."));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static (long? Time, List<string> Signatures) Parse(string header)
    {
        var (time, signatures) = ((long?)null, new List<string>());
        foreach (var part in header.Split(','))
            switch (part.Split('='))
            {
                case ["t", var value, ..]:
                    time = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
                    break;
                case ["v1", var value, ..]:
                    signatures.Add(value);
                    break;
            }

        return (time, signatures);
    }
}
