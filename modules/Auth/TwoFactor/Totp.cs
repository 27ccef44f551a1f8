using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Auth.TwoFactor;

/// <summary>RFC 6238 with the parameters that every authenticator app knows: SHA-1, six digits, 30 seconds, one step of tolerance each way.</summary>
internal static class Totp
{
    public const int Digits = 6;
    public const int PeriodSeconds = 30;

    /// <summary>RFC 4226 4, R6.</summary>
    public const int SecretLength = 20;

    const int Tolerance = 1;
    const int Modulus = 1_000_000;

    public static long StepAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / PeriodSeconds;

    public static string Code(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // SHA-1 is what RFC 6238 apps compute; HMAC does not need it to be free of collisions.
        HMACSHA1.HashData(key, counter, mac);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0xf)..]) & int.MaxValue;
        return (number % Modulus).ToString(new string('0', Digits), CultureInfo.InvariantCulture);
    }

    /// <summary>The step whose code it is, among those that are not used up; null when there is none. Always compares all of them.</summary>
    /// <param name="lastUsed">This step and all before it are used up (RFC 6238 5.2).</param>
    public static long? Match(ReadOnlySpan<byte> key, string code, DateTimeOffset now, long? lastUsed)
    {
        var (given, current, found) = (Encoding.UTF8.GetBytes(code), StepAt(now), (long?)null);
        for (var step = current - Tolerance; step <= current + Tolerance; step++)
            if (CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Code(key, step))) && !(step <= lastUsed))
                found ??= step;
        return found;
    }
}
