using System.Security.Cryptography;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.TwoFactor;

/// <summary>Ten codes for the day the phone is gone (auth.md 10). Shown once; each works once.</summary>
internal sealed class BackupCodes(AuthDbContext database, SecretBox secrets, IIdSource ids, TimeProvider time)
{
    public const int Count = 10;
    const int Half = 5;
    const int SaltLength = 16;
    const string Purpose = "backup code";

    /// <summary>Without what one could take for another: i, l, o, 0, 1.</summary>
    const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>Inside the caller's transaction; the old ones are void. The caller saves.</summary>
    public async Task<IReadOnlyList<string>> ReplaceAsync(string userId, CancellationToken cancellationToken)
    {
        await database.BackupCodes.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        var codes = Enumerable.Range(0, Count).Select(_ => $"{Letters()}-{Letters()}").ToList();
        database.BackupCodes.AddRange(codes.Select(code => Row(userId, code, caseSensitive: false)));
        return codes;
    }

    /// <summary>The unused row whose code it is, or null.</summary>
    public async Task<string?> FindAsync(string userId, string code, CancellationToken cancellationToken)
    {
        var rows = await database.BackupCodes.AsNoTracking().Where(row => row.UserId == userId && row.UsedAt == null).ToListAsync(cancellationToken);
        string? found = null;
        foreach (var row in rows)
            if (CryptographicOperations.FixedTimeEquals(row.CodeHash, Hash(row.Salt, code, row.CaseSensitive)))
                found = row.Id;
        return found;
    }

    /// <summary>False: somebody else used it a moment ago.</summary>
    public async Task<bool> UseAsync(string id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await database.BackupCodes.Where(row => row.Id == id && row.UsedAt == null)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.UsedAt, now), cancellationToken) == 1;
    }

    public Task<int> LeftAsync(string userId, CancellationToken cancellationToken) =>
        database.BackupCodes.CountAsync(row => row.UserId == userId && row.UsedAt == null, cancellationToken);

    /// <summary>A code as it is stored.</summary>
    /// <param name="caseSensitive">For codes of the original, which are told apart by case too.</param>
    internal BackupCode Row(string userId, string code, bool caseSensitive)
    {
        var salt = new byte[SaltLength];
        ids.Fill(salt);
        return new BackupCode { Id = ids.NewId(), UserId = userId, Salt = salt, CodeHash = Hash(salt, code, caseSensitive), CaseSensitive = caseSensitive };
    }

    byte[] Hash(byte[] salt, string code, bool caseSensitive)
    {
        var letters = new string([.. code.Where(letter => letter != '-' && !char.IsWhiteSpace(letter))]);
        return secrets.Digest(Purpose, $"{Convert.ToHexString(salt)}:{(caseSensitive ? letters : letters.ToLowerInvariant())}");
    }

    string Letters()
    {
        var letters = new char[Half];
        Span<byte> one = stackalloc byte[1];
        for (var made = 0; made < Half;)
        {
            ids.Fill(one);
            // The last multiple of the alphabet in a byte: beyond it some letters would be likelier.
            if (one[0] < byte.MaxValue / Alphabet.Length * Alphabet.Length)
                letters[made++] = Alphabet[one[0] % Alphabet.Length];
        }

        return new string(letters);
    }
}
