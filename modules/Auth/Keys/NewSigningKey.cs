using Mana.Auth.Data;
using Mana.Kernel.Ids;

namespace Mana.Auth.Keys;

/// <summary>Makes key pairs for tokens; their private half leaves here sealed.</summary>
internal sealed class NewSigningKey(KeyEncryption encryption, IIdSource random, TimeProvider time)
{
    /// <summary>Access tokens are EdDSA (auth.md 7.1), id_tokens RS256 unless a client wants EdDSA (7.4). One key signs for each.</summary>
    public static readonly IReadOnlyList<string> Algorithms = [Ed25519Key.Name, RsaKey.Name];

    /// <summary>Signs from now on.</summary>
    public SigningKey Active(string algorithm) => Create(algorithm, SigningKeyState.Active, time.GetUtcNow());

    /// <summary>Published from now on.</summary>
    public SigningKey Staged(string algorithm, DateTimeOffset notBefore) => Create(algorithm, SigningKeyState.Staged, notBefore);

    SigningKey Create(string algorithm, SigningKeyState state, DateTimeOffset notBefore) =>
        algorithm == RsaKey.Name ? CreateRsa(state, notBefore) : CreateEd25519(state, notBefore);

    SigningKey CreateEd25519(SigningKeyState state, DateTimeOffset notBefore)
    {
        Span<byte> seed = stackalloc byte[Ed25519Key.SeedLength];
        random.Fill(seed);
        var pair = Ed25519Key.FromSeed(seed);
        var kid = Jwk.Thumbprint(pair.PublicKey);
        var key = Row(kid, pair.Algorithm, Jwk.Public(kid, pair.PublicKey), seed, state, notBefore);
        seed.Clear();
        return key;
    }

    SigningKey CreateRsa(SigningKeyState state, DateTimeOffset notBefore)
    {
        var pair = RsaKey.Create();
        var kid = Jwk.Thumbprint(pair.Public);
        var secret = pair.ExportPrivate();
        var key = Row(kid, pair.Algorithm, Jwk.Public(kid, pair.Public), secret, state, notBefore);
        Array.Clear(secret);
        return key;
    }

    SigningKey Row(string kid, string algorithm, string publicJwk, ReadOnlySpan<byte> secret, SigningKeyState state, DateTimeOffset notBefore) => new()
    {
        Kid = kid,
        Alg = algorithm,
        Use = "sig",
        PublicJwk = publicJwk,
        PrivateKeyEncrypted = encryption.Seal(kid, secret),
        KeyVersion = KeyEncryption.CurrentVersion,
        State = state,
        NotBefore = notBefore,
        ActivatedAt = state == SigningKeyState.Active ? notBefore : null,
    };
}
