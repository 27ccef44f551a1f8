using System.Security.Cryptography;
using System.Text;

namespace Mana.Auth.Tests.Vault;

/// <summary>The calls of a client to its vault, and the client's half of the cryptography (auth.md 20.2).</summary>
internal sealed class VaultApi(ModuleWorld world, Person person)
{
    public const string Path = "/api/v1/me/encryption-vault";

    public Person Person => person;

    public Task<Answer> StatusAsync() => world.GetAsync($"{Path}/status", person);

    public Task<Answer> InitAsync() => world.PostAsync($"{Path}/init", person);

    public Task<Answer> KeyAsync() => world.GetAsync($"{Path}/key", person);

    public Task<Answer> RotateAsync() => world.PostAsync($"{Path}/rotate", person);

    public Task<Answer> SetRecoveryAsync(object body) => world.PostAsync($"{Path}/recovery-wrap", person, body);

    public Task<Answer> ClearRecoveryAsync() => world.DeleteAsync($"{Path}/recovery-wrap", person);

    public Task<Answer> ZeroKnowledgeAsync(object body) => world.PostAsync($"{Path}/zero-knowledge", person, body);

    public async Task<byte[]> NewKeyAsync() => Convert.FromBase64String((await InitAsync()).IsOk()["masterKey"]!);

    /// <summary>A recovery wrap as a browser makes it.</summary>
    public static object RecoveryWrap(byte[] masterKey, byte[] secret)
    {
        var iv = RandomNumberGenerator.GetBytes(12);
        return new { recoveryWrappedMk = Convert.ToBase64String(Encrypt(RecoveryKey(secret), iv, masterKey)), recoveryIv = Convert.ToBase64String(iv) };
    }

    public static byte[] RecoveryKey(byte[] secret) => HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, salt: [], info: Encoding.UTF8.GetBytes("mana-recovery-v1"));

    public static byte[] Encrypt(byte[] key, byte[] iv, byte[] plain)
    {
        var output = new byte[plain.Length + 16];
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(iv, plain, output.AsSpan(0, plain.Length), output.AsSpan(plain.Length));
        return output;
    }

    public static byte[] Decrypt(byte[] key, byte[] iv, byte[] sealedText)
    {
        var plain = new byte[sealedText.Length - 16];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(iv, sealedText.AsSpan(0, plain.Length), sealedText.AsSpan(plain.Length), plain);
        return plain;
    }

    public string KeyCheck(byte[] masterKey) => Convert.ToBase64String(HMACSHA256.HashData(masterKey, Encoding.UTF8.GetBytes("mana-zk-enable:" + person.UserId)));

    /// <summary>Rows of the audit in the order of their transactions: the clock stands still.</summary>
    public async Task<List<string>> AuditAsync() =>
        [.. (await world.RowsAsync("SELECT action || '/' || status || coalesce('/' || context, '') FROM auth.encryption_vault_audit WHERE user_id = $1 ORDER BY xmin::text::bigint", person.UserId))
            .Select(row => (string)row[0]!)];
}

internal static class VaultAnswers
{
    /// <summary>Checks the envelope of auth.md 3.4, E4.</summary>
    public static Answer IsE4(this Answer answer, int status, string code)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Text}");
        Assert.Equal(code, answer["code"]);
        Assert.Matches("[a-z]", answer["error"]);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        return answer;
    }
}
