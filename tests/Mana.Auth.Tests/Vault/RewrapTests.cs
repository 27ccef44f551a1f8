using Mana.Auth.Vault;
using Mana.Testing;

namespace Mana.Auth.Tests.Vault;

/// <summary>Wraps of yesterday: the original's format, an older key-encryption key, one that is missing.</summary>
public sealed class RewrapTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    const string SecondKek = "env-v2=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    async Task<VaultApi> NewAsync() => new(world, await world.PersonAsync());

    async Task<object?[]> RowAsync(VaultApi vault) => (await world.RowsAsync(
        "SELECT format_version, kek_id, mk_check, wrapped_mk FROM auth.encryption_vaults WHERE user_id = $1", vault.Person.UserId)).Single();

    [Fact]
    public async Task A_row_of_the_original_opens_and_is_wrapped_anew()
    {
        var vault = await NewAsync();
        var bytes = Enumerable.Range(1, 32).Select(n => (byte)n).ToArray();
        using var key = MasterKey.Take([.. bytes])!;
        var old = new EnvironmentWrapping(new AuthOptions(), new VaultOptions(), new TestIds()).Wrap("", key, new byte[12], EnvironmentWrapping.Unbound);
        await world.ScalarAsync("INSERT INTO auth.encryption_vaults (user_id, wrapped_mk, wrap_iv) VALUES ($1, $2, $3)", vault.Person.UserId, old.Ciphertext, old.Iv);
        Assert.Equal(((short)1, "env-v1"), ((short)(await RowAsync(vault))[0]!, (string)(await RowAsync(vault))[1]!));

        Assert.Equal(Convert.ToBase64String(bytes), (await vault.KeyAsync()).IsOk()["masterKey"]);
        var row = await RowAsync(vault);
        Assert.Equal((short)2, row[0]);
        Assert.Equal(key.Check(), row[2]);
        Assert.Equal(Convert.ToBase64String(bytes), (await vault.KeyAsync()).IsOk()["masterKey"]);
        Assert.Equal(row[3], (await RowAsync(vault))[3]);
    }

    [Fact]
    public async Task A_vault_of_the_original_that_is_opened_for_the_last_time_leaves_its_check()
    {
        var vault = await NewAsync();
        var key = await vault.NewKeyAsync();
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(key, key))).IsOk();
        await world.ScalarAsync("UPDATE auth.encryption_vaults SET mk_check = NULL WHERE user_id = $1", vault.Person.UserId);
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = false, masterKey = Convert.ToBase64String(new byte[32]) })).IsE4(400, "MASTER_KEY_MISMATCH");
        (await vault.ZeroKnowledgeAsync(new { enable = false, masterKey = Convert.ToBase64String(key) })).IsOk();
    }

    [Fact]
    public async Task A_new_key_encryption_key_takes_over_at_the_next_use()
    {
        var vault = await NewAsync();
        var key = (await vault.InitAsync()).IsOk()["masterKey"];
        await using var next = await new TestHost(world.Database).With(world.Clock).With("MANA_VAULT_KEKS", SecondKek).With("MANA_VAULT_KEK", "env-v2").StartAsync();
        Task<Answer> NextAsync() => new AuthApi(next).SendAsync(new HttpRequestMessage(HttpMethod.Get, $"{VaultApi.Path}/key"), vault.Person.Token);

        var moved = (await NextAsync()).IsOk();
        Assert.Equal((key, "env-v2"), (moved["masterKey"], moved["kekId"]));
        Assert.Equal("env-v2", (await RowAsync(vault))[1]);
        Assert.Equal(moved.Text, (await NextAsync()).IsOk().Text);

        // A host that was not told of the new key does not guess.
        (await vault.KeyAsync()).IsE4(500, "VAULT_UNWRAP_FAILED");
        Assert.Equal("failed_fetch/500/unwrap-failed: no key-encryption key env-v2", (await vault.AuditAsync())[^1]);
    }

    [Fact]
    public async Task A_wrap_that_was_moved_to_another_vault_does_not_open()
    {
        var (ada, bob) = (await NewAsync(), await NewAsync());
        var key = (await ada.InitAsync()).IsOk()["masterKey"]!;
        await bob.NewKeyAsync();
        await world.ScalarAsync("""
            UPDATE auth.encryption_vaults b SET wrapped_mk = a.wrapped_mk, wrap_iv = a.wrap_iv FROM auth.encryption_vaults a WHERE a.user_id = $1 AND b.user_id = $2
            """, ada.Person.UserId, bob.Person.UserId);
        foreach (var answer in (Answer[])[await bob.KeyAsync(), await bob.InitAsync()])
            Assert.DoesNotContain(key, answer.IsE4(500, "VAULT_UNWRAP_FAILED").Text, StringComparison.Ordinal);
        Assert.Equal("failed_fetch/500/unwrap-failed: env-v1 does not open it", (await bob.AuditAsync())[^1]);
    }

    [Fact]
    public async Task What_does_not_open_is_not_given_away()
    {
        var vault = await NewAsync();
        var key = await vault.NewKeyAsync();
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(key, key))).IsOk();
        await world.ScalarAsync("UPDATE auth.encryption_vaults SET kek_id = 'env-v9' WHERE user_id = $1", vault.Person.UserId);
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsE4(500, "VAULT_UNWRAP_FAILED");
        await world.ScalarAsync("UPDATE auth.encryption_vaults SET kek_id = 'env-v1' WHERE user_id = $1", vault.Person.UserId);
        Assert.Equal(Convert.ToBase64String(key), (await vault.KeyAsync()).IsOk()["masterKey"]);
    }
}
