using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Vault;

namespace Mana.Auth.MissionGrants;

/// <summary>
/// What one mission may decrypt (auth.md 21): sorted by UTF-16 code units, without repetition, and written down in one string that the key is
/// derived from. No name holds the characters that separate names in it, so two scopes never share a string.
/// </summary>
internal sealed record MissionScope(string MissionId, string[] Tables, string[] RecordIds)
{
    public const string Version = "v1";
    const int KeyLength = 32;
    const int MostTables = 50;
    const int MostRecords = 1000;
    const int LongestText = 200;

    string Info => $"mana-ai-mission-grant:{Version}:tables={string.Join(',', Tables)}:ids={string.Join(',', RecordIds)}";

    /// <summary>Hex SHA-256 over mission and scope.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(MissionId + "\n" + Info)));

    public static (MissionScope? Scope, string? Problem) Of(string? missionId, IReadOnlyList<string?>? tables, IReadOnlyList<string?>? recordIds)
    {
        if (!IsText(missionId))
            return (null, $"missionId: 1 to {LongestText} characters");
        if (tables is not { Count: > 0 } || tables.Count > MostTables || !tables.All(table => IsText(table) && table!.IndexOfAny([',', ':']) < 0))
            return (null, $"tables: 1 to {MostTables} names of at most {LongestText} characters, without ',' and ':'");
        if (recordIds is not { Count: > 0 } || recordIds.Count > MostRecords || !recordIds.All(id => IsText(id) && !id!.Contains(',', StringComparison.Ordinal)))
            return (null, $"recordIds: 1 to {MostRecords} ids of at most {LongestText} characters, without ','");
        return (new MissionScope(missionId!, Sorted(tables), Sorted(recordIds)), null);
    }

    /// <summary>
    /// The mission data key: HKDF-SHA-256 (RFC 5869), whose one block is written out here because OpenSSL's takes no info of this length.
    /// The caller clears it.
    /// </summary>
    public byte[] DeriveKey(MasterKey key)
    {
        Span<byte> extracted = stackalloc byte[KeyLength];
        HKDF.Extract(HashAlgorithmName.SHA256, key.Bytes, Encoding.UTF8.GetBytes(MissionId), extracted);
        var derived = GC.AllocateUninitializedArray<byte>(KeyLength, pinned: true);
        HMACSHA256.HashData(extracted, [.. Encoding.UTF8.GetBytes(Info), 1], derived);
        CryptographicOperations.ZeroMemory(extracted);
        return derived;
    }

    static string[] Sorted(IEnumerable<string?> names) => [.. names.Select(name => name!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    // Half a surrogate pair has no UTF-8 and would derive another key here than in the browser.
    static bool IsText(string? text) =>
        text is { Length: > 0 and <= LongestText } && !text.Any(char.IsControl) && Encoding.UTF8.GetByteCount(text) > 0 && !text.EnumerateRunes().Contains(Rune.ReplacementChar);
}
