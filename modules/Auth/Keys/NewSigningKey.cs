using Mana.Auth.Data;
using Mana.Kernel.Ids;

namespace Mana.Auth.Keys;

/// <summary>Makes key pairs for access tokens; their private half leaves here sealed.</summary>
internal sealed class NewSigningKey(KeyEncryption encryption, IIdSource random, TimeProvider time)
{
    public const string Algorithm = "EdDSA";

    /// <summary>Signs from now on.</summary>
    public SigningKey Active() => Create(SigningKeyState.Active, time.GetUtcNow());

    /// <summary>Published from now on.</summary>
    public SigningKey Staged(DateTimeOffset notBefore) => Create(SigningKeyState.Staged, notBefore);

    SigningKey Create(SigningKeyState state, DateTimeOffset notBefore)
    {
        Span<byte> seed = stackalloc byte[Ed25519Key.SeedLength];
        random.Fill(seed);
        var pair = Ed25519Key.FromSeed(seed);
        var kid = Jwk.Thumbprint(pair.PublicKey);
        var key = new SigningKey
        {
            Kid = kid,
            Alg = Algorithm,
            Use = "sig",
            PublicJwk = Jwk.Public(kid, pair.PublicKey),
            PrivateKeyEncrypted = encryption.Seal(kid, seed),
            KeyVersion = KeyEncryption.CurrentVersion,
            State = state,
            NotBefore = notBefore,
            ActivatedAt = state == SigningKeyState.Active ? notBefore : null,
        };
        seed.Clear();
        return key;
    }
}
