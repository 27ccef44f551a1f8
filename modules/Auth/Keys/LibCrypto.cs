using System.Reflection;
using System.Runtime.InteropServices;

namespace Mana.Auth.Keys;

/// <summary>The few functions of OpenSSL 3 for what .NET 10 lacks: Ed25519 (EVP_PKEY-ED25519(7)) and scrypt (EVP_PBE_scrypt(3)).</summary>
internal static unsafe partial class LibCrypto
{
    /// <summary>EVP_PKEY_ED25519 of openssl/evp.h.</summary>
    public const int Ed25519 = 1087;

    const string Library = "libcrypto";

    /// <summary>Versioned names only: macOS ends a process that loads its unversioned libcrypto.</summary>
    static readonly string[] Names =
    [
        "libcrypto.so.3",
        "libcrypto.3.dylib",
        "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib",
        "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib",
    ];

    static LibCrypto() => NativeLibrary.SetDllImportResolver(typeof(LibCrypto).Assembly, Resolve);

    [LibraryImport(Library)]
    public static partial PKeyHandle EVP_PKEY_new_raw_private_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    public static partial PKeyHandle EVP_PKEY_new_raw_public_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_raw_public_key(PKeyHandle key, byte* output, nuint* length);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    public static partial MdContextHandle EVP_MD_CTX_new();

    [LibraryImport(Library)]
    public static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSignInit(MdContextHandle context, nint keyContext, nint digest, nint engine, PKeyHandle key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSign(MdContextHandle context, byte* signature, nuint* signatureLength, byte* data, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerifyInit(MdContextHandle context, nint keyContext, nint digest, nint engine, PKeyHandle key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerify(MdContextHandle context, byte* signature, nuint signatureLength, byte* data, nuint length);

    [LibraryImport(Library)]
    private static partial int EVP_PBE_scrypt(
        byte* password, nuint passwordLength, byte* salt, nuint saltLength, ulong cost, ulong blockSize, ulong parallelism, ulong mostMemory, byte* key, nuint keyLength);

    /// <summary>RFC 7914. Throws when OpenSSL cannot get <paramref name="mostMemory"/> bytes.</summary>
    public static void Scrypt(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int cost, int blockSize, int parallelism, long mostMemory, Span<byte> key)
    {
        int done;
        fixed (byte* passwordAt = password, saltAt = salt, keyAt = key)
            done = EVP_PBE_scrypt(
                passwordAt, (nuint)password.Length, saltAt, (nuint)salt.Length, (ulong)cost, (ulong)blockSize, (ulong)parallelism, (ulong)mostMemory, keyAt, (nuint)key.Length);
        if (done == 1)
            return;
        ERR_clear_error();
        throw new System.Security.Cryptography.CryptographicException("scrypt failed in libcrypto.");
    }

    /// <summary>The error queue belongs to the thread and is shared with .NET's own cryptography; leave nothing behind in it.</summary>
    [LibraryImport(Library)]
    public static partial void ERR_clear_error();

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return 0;
        foreach (var candidate in Names)
            if (NativeLibrary.TryLoad(candidate, out var handle))
                return handle;
        throw new DllNotFoundException("OpenSSL 3 (libcrypto.so.3 or libcrypto.3.dylib) is not installed; access tokens cannot be signed.");
    }
}

/// <summary>EVP_PKEY: immutable once made, so any number of threads may use one.</summary>
internal sealed class PKeyHandle() : SafeHandle(0, true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}

/// <summary>EVP_MD_CTX: one operation on one thread.</summary>
internal sealed class MdContextHandle() : SafeHandle(0, true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MD_CTX_free(handle);
        return true;
    }
}
