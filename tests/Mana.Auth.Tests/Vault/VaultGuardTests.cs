using System.Security.Cryptography;

namespace Mana.Auth.Tests.Vault;

/// <summary>Who is sent away before the vault is opened.</summary>
public sealed class VaultGuardTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    async Task<VaultApi> NewAsync() => new(world, await world.PersonAsync());

    [Fact]
    public async Task Old_proof_of_identity_opens_but_changes_nothing()
    {
        var before = await NewAsync();
        var key = await before.NewKeyAsync();
        (await before.SetRecoveryAsync(VaultApi.RecoveryWrap(key, key))).IsOk();
        world.Clock.Advance(TimeSpan.FromMinutes(15) + TimeSpan.FromSeconds(1));
        var vault = new VaultApi(world, await world.RefreshedAsync(before.Person));

        (await vault.RotateAsync()).IsE4(403, "STEP_UP_REQUIRED");
        (await vault.ClearRecoveryAsync()).IsE4(403, "STEP_UP_REQUIRED");
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsE4(403, "STEP_UP_REQUIRED");
        (await vault.ZeroKnowledgeAsync(new { enable = false, masterKey = Convert.ToBase64String(key) })).IsE4(403, "STEP_UP_REQUIRED");
        Assert.Equal(Convert.ToBase64String(key), (await vault.KeyAsync()).IsOk()["masterKey"]);
        Assert.Equal(
            ["rotate/403/step-up-required", "recovery_clear/403/step-up-required", "zk_enable/403/step-up-required", "zk_disable/403/step-up-required", "fetch/200"],
            (await vault.AuditAsync())[2..]);
        Assert.Equal(4, (await world.EventsAsync(vault.Person.UserId)).Count(entry => entry.Type == "vault_refused"));
        Assert.True((await vault.StatusAsync()).Body.GetProperty("hasRecoveryWrap").GetBoolean());
    }

    [Fact]
    public async Task The_token_of_an_ended_session_opens_nothing()
    {
        var vault = await NewAsync();
        var key = await vault.NewKeyAsync();
        // As on another host: this one does not know of it yet.
        await world.ScalarAsync("UPDATE auth.sessions SET revoked_at = now() WHERE user_id = $1", vault.Person.UserId);
        foreach (var refused in (Answer[])
                 [
                     await vault.KeyAsync(), await vault.InitAsync(), await vault.RotateAsync(), await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(key, key)),
                     await vault.ClearRecoveryAsync(), await vault.ZeroKnowledgeAsync(new { enable = true }),
                     await world.PostAsync("/api/v1/me/ai-mission-grant", vault.Person, new { missionId = "m", tables = new[] { "notes" }, recordIds = new[] { "notes:1" } }),
                 ])
        {
            Assert.Equal(401, refused.Status);
            Assert.DoesNotContain(Convert.ToBase64String(key), refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal("failed_fetch/401/session-ended", (await vault.AuditAsync())[1]);
        Assert.Equal(8, (await vault.AuditAsync()).Count);
    }

    [Fact]
    public async Task Nobody_opens_a_vault_without_a_token()
    {
        foreach (var path in (string[])["status", "key"])
            Assert.Equal(401, (await world.GetAsync($"{VaultApi.Path}/{path}", null)).Status);
        Assert.Equal(401, (await world.PostAsync($"{VaultApi.Path}/init", null)).Status);
    }

    [Fact]
    public async Task An_account_that_is_gone_has_no_vault()
    {
        var vault = await NewAsync();
        await vault.NewKeyAsync();
        await world.DeleteAccountAsync(vault.Person.UserId);
        Assert.Equal(401, (await vault.KeyAsync()).Status);
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.encryption_vaults WHERE user_id = $1", vault.Person.UserId));
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.encryption_vault_audit WHERE user_id = $1", vault.Person.UserId));
    }
}

/// <summary>The rate limit, which is off in Development.</summary>
public sealed class VaultLimitTests(VaultLimitTests.Limited world) : IClassFixture<VaultLimitTests.Limited>
{
    public sealed class Limited : ModuleWorld
    {
        protected override void Configure(Mana.Testing.TestHost host) => host.With("RateLimits:Enabled", "true");
    }

    [Fact]
    public async Task Everybody_has_30_calls_a_minute()
    {
        var (vault, other) = (new VaultApi(world, await world.PersonAsync()), new VaultApi(world, await world.PersonAsync()));
        for (var call = 0; call < 30; call++)
            (await vault.InitAsync()).IsOk();
        var refused = await vault.KeyAsync();
        // A slow machine gives a token back every two seconds.
        for (var call = 0; call < 60 && refused.Status == 200; call++)
            refused = await vault.KeyAsync();
        Assert.Equal(429, refused.Status);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        (await other.InitAsync()).IsOk();
        (await vault.StatusAsync()).IsOk();
    }
}

/// <summary>With <c>VAULT_REQUIRE_RECOVERY_PROOF</c>.</summary>
public sealed class VaultProofTests(VaultProofTests.Strict world) : IClassFixture<VaultProofTests.Strict>
{
    public sealed class Strict : ModuleWorld
    {
        protected override void Configure(Mana.Testing.TestHost host) => host.With("VAULT_REQUIRE_RECOVERY_PROOF", "true");
    }

    [Fact]
    public async Task Nobody_gives_the_only_key_away_without_proof()
    {
        var vault = new VaultApi(world, await world.PersonAsync());
        var key = await vault.NewKeyAsync();
        // The lengths are right and the content is junk: what cost people their data (W13).
        (await vault.SetRecoveryAsync(new { recoveryWrappedMk = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)), recoveryIv = Convert.ToBase64String(new byte[12]) })).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsE4(400, "RECOVERY_PROOF_REQUIRED");
        Assert.Equal(Convert.ToBase64String(key), (await vault.KeyAsync()).IsOk()["masterKey"]);
        (await vault.ZeroKnowledgeAsync(new { enable = true, keyCheck = vault.KeyCheck(key), recoveryCodeEntered = true })).IsOk();
        Assert.Equal("zk_enable/400/no-recovery-proof", (await vault.AuditAsync())[2]);
    }
}
