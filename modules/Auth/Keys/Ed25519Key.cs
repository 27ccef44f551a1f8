using System.Security.Cryptography;

namespace Mana.Auth.Keys;

/// <summary>
/// An Ed25519 key (RFC 8032), imported into OpenSSL once and safe to use from any thread. Nobody disposes it: a key that left
/// the ring may still be verifying somewhere, and its handle goes with the last reference.
/// </summary>
internal sealed unsafe class Ed25519Key : ISignatureKey
{
    public const string Name = "EdDSA";

    public const int SeedLength = 32;
    public const int PublicLength = 32;
    public const int SignatureLength = 64;

    readonly PKeyHandle _key;

    Ed25519Key(PKeyHandle key)
    {
        if (key.IsInvalid)
            throw Failed("import");
        _key = key;
        PublicKey = new byte[PublicLength];
        nuint length = PublicLength;
        fixed (byte* output = PublicKey)
            if (LibCrypto.EVP_PKEY_get_raw_public_key(key, output, &length) != 1 || length != PublicLength)
                throw Failed("export");
    }

    public string Algorithm => Name;

    public byte[] PublicKey { get; }

    public static Ed25519Key FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLength)
            throw new ArgumentException("An Ed25519 seed has 32 bytes.", nameof(seed));
        fixed (byte* input = seed)
            return new Ed25519Key(LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.Ed25519, 0, input, SeedLength));
    }

    public static Ed25519Key FromPublicKey(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicLength)
            throw new ArgumentException("An Ed25519 public key has 32 bytes.", nameof(publicKey));
        fixed (byte* input = publicKey)
            return new Ed25519Key(LibCrypto.EVP_PKEY_new_raw_public_key(LibCrypto.Ed25519, 0, input, PublicLength));
    }

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        using var context = LibCrypto.EVP_MD_CTX_new();
        if (context.IsInvalid || LibCrypto.EVP_DigestSignInit(context, 0, 0, 0, _key) != 1)
            throw Failed("sign");
        var signature = new byte[SignatureLength];
        nuint length = SignatureLength;
        fixed (byte* output = signature, input = data)
            if (LibCrypto.EVP_DigestSign(context, output, &length, input, (nuint)data.Length) != 1 || length != SignatureLength)
                throw Failed("sign");
        return signature;
    }

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
            return false;
        using var context = LibCrypto.EVP_MD_CTX_new();
        if (context.IsInvalid || LibCrypto.EVP_DigestVerifyInit(context, 0, 0, 0, _key) != 1)
            throw Failed("verify");
        fixed (byte* given = signature, input = data)
            if (LibCrypto.EVP_DigestVerify(context, given, SignatureLength, input, (nuint)data.Length) == 1)
                return true;
        LibCrypto.ERR_clear_error();
        return false;
    }

    static CryptographicException Failed(string operation)
    {
        LibCrypto.ERR_clear_error();
        return new CryptographicException($"libcrypto refused to {operation} an Ed25519 key.");
    }
}
