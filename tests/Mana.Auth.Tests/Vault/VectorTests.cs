using System.Security.Cryptography;
using System.Text;
using Mana.Auth.ApiKeys;
using Mana.Auth.MissionGrants;
using Mana.Auth.Vault;

namespace Mana.Auth.Tests.Vault;

/// <summary>The vectors of auth.md 32. Where the browser computes, the test does it, so that the vectors themselves are proven.</summary>
public sealed class VectorTests
{
    static readonly byte[] Iv = [.. Enumerable.Range(0, 12).Select(n => (byte)n)];

    static byte[] MasterKeyBytes => [.. Enumerable.Range(1, 32).Select(n => (byte)n)];

    static EnvironmentWrapping ZeroKek(VaultOptions? options = null) =>
        new(new AuthOptions { KeyEncryptionKey = Convert.ToBase64String(new byte[32]) }, options ?? new VaultOptions(), new TestIds());

    [Fact]
    public async Task Server_wrap_of_format_1()
    {
        var stored = new WrappedKey("ickwVgX7iPHLclnp8A3RHEV+u46qi5ju1tH/F5ArEE/59dedy1zXo7Jmj9B+3gJU", "AAECAwQFBgcICQoL", 1, "env-v1");
        using var key = MasterKey.Take(MasterKeyBytes)!;
        Assert.Equal(stored, ZeroKek().Wrap("anybody", key, Iv, EnvironmentWrapping.Unbound));
        using var opened = await ZeroKek().UnwrapAsync("anybody", stored, default);
        Assert.Equal(MasterKeyBytes, opened.Bytes);
        Assert.False(ZeroKek().IsCurrent(stored));
    }

    [Fact]
    public async Task A_wrap_of_format_2_opens_for_its_owner_alone()
    {
        using var key = MasterKey.Take(MasterKeyBytes)!;
        var (first, second) = (await ZeroKek().WrapAsync("ada", key, default), await ZeroKek().WrapAsync("ada", key, default));
        Assert.Equal((2, 48, "env-v1"), (first.FormatVersion, Convert.FromBase64String(first.Ciphertext).Length, first.KekId));
        Assert.NotEqual(first.Iv, second.Iv);
        Assert.True(ZeroKek().IsCurrent(first));
        using var opened = await ZeroKek().UnwrapAsync("ada", first, default);
        Assert.Equal(MasterKeyBytes, opened.Bytes);
        foreach (var wrong in (WrappedKey[])[first with { FormatVersion = 1 }, first with { FormatVersion = 3 }, first with { KekId = "env-v9" }, first with { Iv = "%%%" }])
            await Assert.ThrowsAsync<CryptographicException>(async () => await ZeroKek().UnwrapAsync("ada", wrong, default));
        await Assert.ThrowsAsync<CryptographicException>(async () => await ZeroKek().UnwrapAsync("bob", first, default));

        // The same, computed without our code.
        using var aes = new AesGcm(new byte[32], 16);
        var (text, plain) = (Convert.FromBase64String(first.Ciphertext), new byte[32]);
        aes.Decrypt(Convert.FromBase64String(first.Iv), text.AsSpan(0, 32), text.AsSpan(32), plain, Encoding.UTF8.GetBytes("mana-vault:v2:ada"));
        Assert.Equal(MasterKeyBytes, plain);
    }

    [Fact]
    public void Recovery_code_key_and_wrap()
    {
        byte[] secret = [.. Enumerable.Range(0, 32).Select(n => (byte)(0xff - n))];
        var code = string.Join('-', Convert.ToHexString(secret).Chunk(4).Select(group => new string(group)));
        Assert.Equal("FFFE-FDFC-FBFA-F9F8-F7F6-F5F4-F3F2-F1F0-EFEE-EDEC-EBEA-E9E8-E7E6-E5E4-E3E2-E1E0", code);
        Assert.Equal("de8ea183f7943274c430c391bd9e4d94197fdde81430673235919a2e57ce07cf", Convert.ToHexStringLower(VaultApi.RecoveryKey(secret)));
        var wrapped = Convert.ToBase64String(VaultApi.Encrypt(VaultApi.RecoveryKey(secret), Iv, MasterKeyBytes));
        Assert.Equal("0fh789ieL0DdEdHQX4Kt19Sbn/voeDmJjBgTVXgu9boOdi5/WAeVtQxi/vDDFL6W", wrapped);
        Assert.Equal(new RecoveryWrap(wrapped, "AAECAwQFBgcICQoL"), RecoveryWrap.Of(wrapped, Convert.ToBase64String(Iv)));
    }

    [Fact]
    public void Field_encryption() => Assert.Equal(
        "enc:1:AAECAwQFBgcICQoL.U3hg+6SyQ7r8kRNNHyjec5jgZRjRIpI=",
        $"enc:1:{Convert.ToBase64String(Iv)}.{Convert.ToBase64String(VaultApi.Encrypt(MasterKeyBytes, Iv, "\"Hallo\""u8.ToArray()))}");

    [Fact]
    public void Scenario_83_the_mission_data_key()
    {
        using var key = MasterKey.Take(MasterKeyBytes)!;
        var scope = MissionScope.Of("mission-abc", ["tasks", "notes", "tasks"], ["tasks:t1", "notes:n1"]).Scope!;
        Assert.Equal("7538df66c51d3ddb667c0135feb4ac7c2800ba372babc7e61e9423d6a9a65628", Convert.ToHexStringLower(scope.DeriveKey(key)));
    }

    [Fact]
    public void Api_key_hash()
    {
        var key = "sk_live_" + string.Concat(Enumerable.Repeat("ab", 32));
        Assert.True(ApiKeyText.IsWellFormed(key));
        Assert.Equal("0f903363feda61cdf6be0234d4df79a1cfe2cecee35e9e50ac5c3fbc6536bdfc", ApiKeyText.Hash(key));
        Assert.Equal("abababab", ApiKeyText.Prefix(key));
    }

    [Fact]
    public void The_checks_of_a_key()
    {
        using var key = MasterKey.Take(MasterKeyBytes)!;
        using var hmac = new HMACSHA256(MasterKeyBytes);
        Assert.Equal(hmac.ComputeHash(Encoding.ASCII.GetBytes("mana-mk-check"))[..16], key.Check());
        var proof = hmac.ComputeHash(Encoding.ASCII.GetBytes("mana-zk-enable:ada"));
        Assert.True(key.Proves(proof, "ada"));
        Assert.False(key.Proves(proof, "bob"));
        Assert.False(key.Proves([], "ada"));
    }

    [Fact]
    public void A_key_in_the_clear_is_cleared()
    {
        var bytes = MasterKeyBytes;
        var key = MasterKey.Take(bytes)!;
        Assert.All(bytes, value => Assert.Equal(0, value));
        key.Dispose();
        Assert.All(key.Bytes.ToArray(), value => Assert.Equal(0, value));
        var wrong = new byte[] { 1, 2, 3 };
        Assert.Null(MasterKey.Take(wrong));
        Assert.All(wrong, value => Assert.Equal(0, value));
    }

    /// <summary>31 bytes, no base64, no id, twice, the first key's id, a current key that is not there.</summary>
    [Theory]
    [InlineData("env-v2=AAAA", "env-v1")]
    [InlineData("env-v2=%%%", "env-v1")]
    [InlineData("=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "env-v1")]
    [InlineData("a=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,a=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "env-v1")]
    [InlineData("env-v1=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "env-v1")]
    [InlineData("env-v2=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "env-v3")]
    public void Keys_that_cannot_work_keep_the_host_from_starting(string keks, string current) =>
        Assert.Contains("MANA_VAULT_KEK", Assert.Single(new VaultOptions { Keks = keks, CurrentKek = current }.Problems(false)), StringComparison.Ordinal);

    [Fact]
    public void Keys_that_work_are_accepted()
    {
        Assert.Empty(new VaultOptions().Problems(true));
        Assert.Empty(new VaultOptions { Keks = "env-v2=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", CurrentKek = "env-v2" }.Problems(true));
        Assert.NotEmpty(new VaultOptions { Keks = $"env-v2={Convert.ToBase64String(new byte[32])}" }.Problems(true));
    }
}
