using System.Security.Cryptography;
using System.Text;
using Mana.Kernel.Ids;

namespace Mana.Auth.Vault;

/// <summary>A master key in the clear. Its 32 bytes stay where they are in memory, so that clearing them clears the only copy.</summary>
internal sealed class MasterKey : IDisposable
{
    public const int Length = 32;
    const int CheckLength = 16;

    readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Length, pinned: true);

    MasterKey()
    {
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public static MasterKey Generate(IIdSource random)
    {
        var key = new MasterKey();
        random.Fill(key._bytes);
        return key;
    }

    /// <summary>Null when it is not 32 bytes. Clears <paramref name="bytes"/> either way.</summary>
    public static MasterKey? Take(Span<byte> bytes)
    {
        try
        {
            if (bytes.Length != Length)
                return null;
            var key = new MasterKey();
            bytes.CopyTo(key._bytes);
            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>What the database keeps to know the key again (auth.md 20.5). Says nothing about the key.</summary>
    public byte[] Check() => HMACSHA256.HashData(_bytes, "mana-mk-check"u8)[..CheckLength];

    public bool Matches(byte[] check) => CryptographicOperations.FixedTimeEquals(Check(), check);

    /// <summary>Whether somebody who sent <paramref name="keyCheck"/> holds this key and means this account (auth.md 20.5).</summary>
    public bool Proves(ReadOnlySpan<byte> keyCheck, string userId) =>
        CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_bytes, Encoding.UTF8.GetBytes("mana-zk-enable:" + userId)), keyCheck);

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
