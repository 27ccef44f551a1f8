using System.Security.Cryptography;
using System.Text.Json;

namespace Mana.Auth.Tests.Vault;

public sealed class VaultTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    async Task<VaultApi> NewAsync() => new(world, await world.PersonAsync());

    /// <summary>A vault in zero-knowledge mode, and its key.</summary>
    async Task<(VaultApi Vault, byte[] Key)> ZeroKnowledgeAsync()
    {
        var vault = await NewAsync();
        var key = await vault.NewKeyAsync();
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(key, Secret))).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsOk();
        return (vault, key);
    }

    [Fact]
    public async Task Scenario_76_a_vault_has_one_key()
    {
        var vault = await NewAsync();
        Assert.Equal("""{"vaultExists":false,"hasRecoveryWrap":false,"zeroKnowledge":false,"recoverySetAt":null}""", (await vault.StatusAsync()).IsOk().Text);
        (await vault.KeyAsync()).IsE4(404, "VAULT_NOT_INITIALISED");

        var made = (await vault.InitAsync()).IsOk();
        Assert.Equal(["masterKey", "formatVersion", "kekId"], made.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(32, Convert.FromBase64String(made["masterKey"]!).Length);
        Assert.Equal((1, "env-v1"), (made.Body.GetProperty("formatVersion").GetInt32(), made["kekId"]));
        Assert.True(made.Headers.CacheControl?.NoStore);
        Assert.Equal(made.Text, (await vault.InitAsync()).IsOk().Text);
        Assert.Equal(made.Text, (await vault.KeyAsync()).IsOk().Text);
        Assert.NotEqual(made["masterKey"], (await (await NewAsync()).InitAsync())["masterKey"]);
        Assert.Equal(["failed_fetch/404/not-initialised", "init/201/created", "init/200/already-exists", "fetch/200"], await vault.AuditAsync());
    }

    [Fact]
    public async Task Scenario_76_parallel_inits_get_one_key()
    {
        var vault = await NewAsync();
        // Somebody else's row, not committed yet, makes all of them wait at the insert.
        await using var rival = await Rival.BeginAsync(world.Database, """
            INSERT INTO auth.encryption_vaults (user_id, wrapped_mk, wrap_iv, recovery_wrapped_mk, recovery_iv)
            SELECT $1, NULL, NULL, 'theirs', 'iv'
            """, vault.Person.UserId);
        var late = await rival.CommitBeforeAsync(vault.InitAsync());
        Assert.Equal("vault cannot be opened", late.IsE4(500, "VAULT_UNWRAP_FAILED")["error"]![4..]);

        var other = await NewAsync();
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => other.InitAsync()));
        Assert.Single(all.Select(answer => answer.IsOk()["masterKey"]).Distinct());
        Assert.Single(await other.AuditAsync(), entry => entry == "init/201/created");
    }

    [Fact]
    public async Task Scenario_77_a_recovery_wrap_has_its_lengths()
    {
        var vault = await NewAsync();
        var (wrapped, iv) = (Convert.ToBase64String(new byte[48]), Convert.ToBase64String(new byte[12]));
        (await vault.SetRecoveryAsync(new { recoveryWrappedMk = wrapped, recoveryIv = iv })).IsE4(404, "VAULT_NOT_INITIALISED");
        await vault.NewKeyAsync();
        foreach (var bad in (object[])
                 [
                     new { recoveryIv = iv }, new { recoveryWrappedMk = wrapped }, new { recoveryWrappedMk = wrapped, recoveryIv = 12 },
                     new { recoveryWrappedMk = "junk", recoveryIv = "junk" }, new { recoveryWrappedMk = Convert.ToBase64String(new byte[47]), recoveryIv = iv },
                     new { recoveryWrappedMk = Convert.ToBase64String(new byte[49]), recoveryIv = iv }, new { recoveryWrappedMk = wrapped, recoveryIv = Convert.ToBase64String(new byte[11]) },
                     new { recoveryWrappedMk = wrapped, recoveryIv = Convert.ToBase64String(new byte[13]) }, new { recoveryWrappedMk = wrapped[..^1] + "%", recoveryIv = iv },
                 ])
            (await vault.SetRecoveryAsync(bad)).IsE4(400, "BAD_REQUEST");
        Assert.False((await vault.StatusAsync()).Body.GetProperty("hasRecoveryWrap").GetBoolean());

        Assert.Equal("""{"ok":true}""", (await vault.SetRecoveryAsync(new { recoveryWrappedMk = wrapped, recoveryIv = iv })).IsOk().Text);
        var status = await vault.StatusAsync();
        Assert.True(status.Body.GetProperty("hasRecoveryWrap").GetBoolean());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", status["recoverySetAt"]);
        Assert.Equal("""{"ok":true}""", (await vault.ClearRecoveryAsync()).IsOk().Text);
        Assert.False((await vault.StatusAsync()).Body.GetProperty("hasRecoveryWrap").GetBoolean());
    }

    [Fact]
    public async Task Scenario_78_zero_knowledge_leaves_only_the_owners_wrap()
    {
        var vault = await NewAsync();
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsE4(404, "VAULT_NOT_INITIALISED");
        (await vault.ClearRecoveryAsync()).IsE4(404, "VAULT_NOT_INITIALISED");
        var key = await vault.NewKeyAsync();
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsE4(400, "RECOVERY_WRAP_MISSING");
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(key, Secret))).IsOk();
        Assert.Equal("""{"ok":true,"zeroKnowledge":true}""", (await vault.ZeroKnowledgeAsync(new { enable = true })).IsOk().Text);
        Assert.Equal("""{"ok":true,"zeroKnowledge":true}""", (await vault.ZeroKnowledgeAsync(new { enable = true })).IsOk().Text);

        var blob = (await vault.KeyAsync()).IsOk();
        Assert.Equal(["requiresRecoveryCode", "recoveryWrappedMk", "recoveryIv", "formatVersion"], blob.Body.EnumerateObject().Select(member => member.Name));
        Assert.True(blob.Body.GetProperty("requiresRecoveryCode").GetBoolean());
        Assert.Equal(key, VaultApi.Decrypt(
            VaultApi.RecoveryKey(Secret), Convert.FromBase64String(blob["recoveryIv"]!), Convert.FromBase64String(blob["recoveryWrappedMk"]!)));
        Assert.Equal(blob.Text, (await vault.InitAsync()).IsOk().Text);
        (await vault.RotateAsync()).IsE4(409, "ZK_ROTATE_FORBIDDEN");
        (await vault.ClearRecoveryAsync()).IsE4(409, "ZK_ACTIVE");
        Assert.Null(await world.ScalarAsync("SELECT coalesce(wrapped_mk, wrap_iv) FROM auth.encryption_vaults WHERE user_id = $1", vault.Person.UserId));
        Assert.Equal(
            [
                "zk_enable/404/no-vault", "recovery_clear/404/no-vault", "init/201/created", "zk_enable/400/no-recovery-wrap", "recovery_set/200", "zk_enable/200", "zk_enable/200/already-enabled",
                "fetch/200/zk-recovery-blob", "init/200/already-exists-zk", "rotate/409/zk-rotate-forbidden", "recovery_clear/409/zk-active",
            ], await vault.AuditAsync());
    }

    [Fact]
    public async Task Scenario_79_only_the_same_key_comes_back()
    {
        var (vault, key) = await ZeroKnowledgeAsync();
        foreach (var bad in (object[])
                 [
                     new { enable = false }, new { enable = false, masterKey = Convert.ToBase64String(key[..31]) }, new { enable = false, masterKey = "%%%" },
                     new { enable = false, masterKey = 7 }, new { enable = "no" }, new { },
                 ])
            (await vault.ZeroKnowledgeAsync(bad)).IsE4(400, "BAD_REQUEST");
        (await vault.ZeroKnowledgeAsync(new { enable = false, masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) })).IsE4(400, "MASTER_KEY_MISMATCH");
        Assert.True((await vault.StatusAsync()).Body.GetProperty("zeroKnowledge").GetBoolean());

        var back = new { enable = false, masterKey = Convert.ToBase64String(key) };
        Assert.Equal("""{"ok":true,"zeroKnowledge":false}""", (await vault.ZeroKnowledgeAsync(back)).IsOk().Text);
        Assert.Equal("""{"ok":true,"zeroKnowledge":false}""", (await vault.ZeroKnowledgeAsync(back)).IsOk().Text);
        Assert.Equal(key, Convert.FromBase64String((await vault.KeyAsync()).IsOk()["masterKey"]!));
        Assert.True((await vault.StatusAsync()).Body.GetProperty("hasRecoveryWrap").GetBoolean());
        Assert.Equal(["zk_disable/400/master-key-mismatch", "zk_disable/200", "zk_disable/200/already-disabled", "fetch/200"], (await vault.AuditAsync())[^4..]);
        Assert.Equal(4, (await vault.AuditAsync()).Count(entry => entry == "zk_disable/400"));
    }

    [Fact]
    public async Task Scenario_80_rotation_makes_a_new_key_and_forgets_the_recovery_wrap()
    {
        var vault = await NewAsync();
        var first = Convert.FromBase64String((await vault.RotateAsync()).IsOk()["masterKey"]!);
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(first, Secret))).IsOk();
        var second = (await vault.RotateAsync()).IsOk();
        Assert.NotEqual(Convert.ToBase64String(first), second["masterKey"]);
        Assert.Equal(second.Text, (await vault.KeyAsync()).IsOk().Text);
        Assert.False((await vault.StatusAsync()).Body.GetProperty("hasRecoveryWrap").GetBoolean());
        Assert.Equal(["rotate/201/init-on-rotate", "recovery_set/200", "rotate/200", "fetch/200"], await vault.AuditAsync());

        // The check went along: zero-knowledge now means the new key.
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(Convert.FromBase64String(second["masterKey"]!), Secret))).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = false, masterKey = Convert.ToBase64String(first) })).IsE4(400, "MASTER_KEY_MISMATCH");
    }

    [Fact]
    public async Task A_proof_that_is_sent_must_hold()
    {
        var vault = await NewAsync();
        var key = await vault.NewKeyAsync();
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(key, Secret))).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = true, keyCheck = "%%%" })).IsE4(400, "BAD_REQUEST");
        (await vault.ZeroKnowledgeAsync(new { enable = true, keyCheck = vault.KeyCheck(RandomNumberGenerator.GetBytes(32)) })).IsE4(400, "MASTER_KEY_MISMATCH");
        (await vault.ZeroKnowledgeAsync(new { enable = true, keyCheck = vault.KeyCheck(key), recoveryCodeEntered = false })).IsE4(400, "RECOVERY_PROOF_REQUIRED");
        Assert.Equal(Convert.ToBase64String(key), (await vault.KeyAsync()).IsOk()["masterKey"]);
        (await vault.ZeroKnowledgeAsync(new { enable = true, keyCheck = vault.KeyCheck(key), recoveryCodeEntered = true })).IsOk();
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("\"x\"")]
    [InlineData("""{"enable":true,"keyCheck":"\ud800"}""")]
    public async Task Bodies_that_cannot_be_read_are_refused_and_audited(string body)
    {
        var vault = await NewAsync();
        await vault.NewKeyAsync();
        Assert.InRange((await world.RawAsync($"{VaultApi.Path}/zero-knowledge", vault.Person, body)).Status, 400, 400);
        (await world.RawAsync($"{VaultApi.Path}/recovery-wrap", vault.Person, body)).IsE4(400, "BAD_REQUEST");
        Assert.StartsWith("zk_enable/400", (await vault.AuditAsync())[1], StringComparison.Ordinal);
        Assert.Equal("recovery_set/400", (await vault.AuditAsync())[2]);
    }

    [Fact]
    public async Task Bodies_have_at_most_4_kB()
    {
        var vault = await NewAsync();
        var key = await vault.NewKeyAsync();
        var wrap = JsonSerializer.Serialize(VaultApi.RecoveryWrap(key, Secret));
        (await world.RawAsync($"{VaultApi.Path}/recovery-wrap", vault.Person, wrap.PadRight(4096))).IsOk();
        (await world.RawAsync($"{VaultApi.Path}/recovery-wrap", vault.Person, wrap.PadRight(4097))).IsE4(413, "BODY_TOO_LARGE");
        (await world.RawAsync($"{VaultApi.Path}/zero-knowledge", vault.Person, """{"enable":true}""".PadRight(4097))).IsE4(413, "BODY_TOO_LARGE");
        Assert.Equal(["init/201/created", "recovery_set/200", "recovery_set/413", "zk_enable/413"], await vault.AuditAsync());
    }

    [Fact]
    public async Task What_changes_a_vault_is_a_security_event()
    {
        var (vault, key) = await ZeroKnowledgeAsync();
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = false, masterKey = Convert.ToBase64String(key) })).IsOk();
        (await vault.ClearRecoveryAsync()).IsOk();
        (await vault.RotateAsync()).IsOk();
        (await vault.KeyAsync()).IsOk();
        var events = await world.EventsAsync(vault.Person.UserId);
        Assert.Equal(
            ["vault_init", "vault_recovery_set", "vault_zk_enable", "vault_zk_disable", "vault_recovery_clear", "vault_rotate"],
            events.Select(entry => entry.Type).Where(type => type.StartsWith("vault", StringComparison.Ordinal)));
        Assert.DoesNotContain(events, entry => entry.Facts.GetRawText().Contains(Convert.ToBase64String(key), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_goes_to_a_new_device_is_a_security_event()
    {
        var vault = await NewAsync();
        await vault.NewKeyAsync();
        (await vault.KeyAsync()).IsOk();
        var request = new HttpRequestMessage(HttpMethod.Get, $"{VaultApi.Path}/key");
        request.Headers.UserAgent.ParseAdd("Elsewhere/1");
        (await world.Api.SendAsync(request, vault.Person.Token)).IsOk();
        Assert.Single(await world.EventsAsync(vault.Person.UserId), entry => entry.Type == "vault_new_device");
    }
}
