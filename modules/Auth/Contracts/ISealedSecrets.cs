namespace Mana.Auth.Contracts;

/// <summary>
/// Seals what other modules must keep secret in the database, such as tokens of other services, with a key of its own per purpose that derives from
/// <c>MANA_AUTH_KEK</c>. What was sealed opens for the same purpose and id only.
/// </summary>
public interface ISealedSecrets
{
    /// <param name="purpose">A constant of the caller: <c>apps google token</c>.</param>
    /// <param name="id">Of the row that will hold the box.</param>
    byte[] Seal(string purpose, string id, ReadOnlySpan<byte> secret);

    /// <exception cref="System.Security.Cryptography.CryptographicException">It was sealed elsewhere, changed since, or with another key.</exception>
    byte[] Open(string purpose, string id, ReadOnlySpan<byte> box);

    /// <summary>HMAC-SHA-256 of a text under a key of the purpose; the same on every host.</summary>
    byte[] Digest(string purpose, string text);
}
