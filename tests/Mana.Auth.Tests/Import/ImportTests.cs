using Mana.Auth.Contracts;
using Mana.Auth.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Import;

/// <summary>What becomes of the rows of an original (auth.md 29.13), the good ones and the odd ones.</summary>
public sealed class ImportTests
{
    [Fact]
    public async Task Accounts_keep_who_they_are_and_one_address_stays_one_account()
    {
        await using var world = await ImportWorld.CreateAsync();
        var result = await world.CompletedAsync();
        Assert.Equal(
            [
                "u-ada|Ada|ada@example.test|ada@example.test|True|https://x.test/a.png|2026-01-02 03:04:05.678901+00|2026-02-01 00:00:00+00|admin|founder|human||2026-01-02 22:00:00.1+00|False",
                "u-bob|Bob|bob@example.test|bob@example.test|True||2026-01-05 00:00:00+00|2026-01-05 00:00:00+00|user|beta|human|||False",
                "u-bot|Bot|bot@example.test|bot@example.test|True||2026-01-09 00:00:00+00|2026-01-09 00:00:00+00|user|founder|persona|||False",
                "u-gone|Gone|gone@example.test|gone@example.test|True||2026-01-08 00:00:00+00|2026-01-08 00:00:00+00|user|public|human|2026-03-01 00:00:00+00||False",
                "u-odd|odd|odd|odd|False||2026-01-06 00:00:00+00|2026-01-06 00:00:00+00|user|public|human|||False",
            ],
            await world.RowsAsync("""
                SELECT id, name, email, email_normalized, email_verified, image, created_at::text, updated_at::text, role, access_tier, kind, deleted_at::text, onboarding_completed_at::text, two_factor_enabled
                FROM auth.users ORDER BY id
                """));
        Assert.Equal(["0"], await world.RowsAsync("SELECT count(*) FROM auth.users WHERE security_stamp IS NULL OR concurrency_stamp IS NULL OR NOT lockout_enabled"));
        Skipped(result, "users", "another account has the same address", "u-bob-first");
        Skipped(result, "users", "no address, or one that is too long", "u-nobody");
        foreach (var remark in (string[])["unknown role, taken as user", "unknown access_tier, taken as public", "unknown kind, taken as human", "an address that no mail could reach: its owner cannot sign in"])
            Assert.Equal(["u-odd"], Finding(result.Remarks, "users", remark).FirstIds);
        Assert.Equal(["u-bob"], Finding(result.Remarks, "users", "second factor is off until its owner sets it up again").FirstIds);
    }

    [Fact]
    public async Task Scenario_38_an_imported_password_signs_in_and_is_made_anew()
    {
        await using var world = await ImportWorld.CreateAsync();
        var result = await world.CompletedAsync();
        Assert.Equal(401, (await world.Api.LoginAsync("ada@example.test", "Korrekt-Pferd-8")).Status);
        (await world.Api.LoginAsync("ADA@example.test")).IsOk();
        Assert.Equal(["False|2026-01-04 00:00:00+00"], await world.RowsAsync("SELECT password_hash LIKE '0001%', password_changed_at::text FROM auth.users WHERE id = 'u-ada'"));
        (await world.Api.LoginAsync("ada@example.test")).IsOk();
        Assert.Equal(401, (await world.Api.LoginAsync("bob@example.test")).Status);
        Skipped(result, "accounts", "a hash that is not scrypt as the original made it: its owner asks for a new password", "a-bob");
        Skipped(result, "accounts", "sign-in with another provider", "a-ada-google");
        Skipped(result, "accounts", "its account is not imported", "a-bob-first");
    }

    [Fact]
    public async Task Everybody_has_one_personal_space_and_slugs_stay()
    {
        await using var world = await ImportWorld.CreateAsync();
        var result = await world.CompletedAsync();
        Assert.Equal(
            [
                """o-ada|ada|personal|founder|u-ada|{"n": 1.50, "voiceDoc": "v"}""", """o-ada-2|ada-2|team|public||{"aiPersonaId": "p"}""", "o-bob|bob|personal|public|u-bob|{}",
                "o-brand|the-brand|brand|public||{}", "o-junk|junk|team|public||{}", "o-odd|o-odd|team|public||{}", """o-team|the-team|team|alpha||{"uid": "ATU1"}""",
            ],
            await world.RowsAsync("SELECT id, slug, type, tier, owner_user_id, metadata::text FROM auth.organizations WHERE id LIKE 'o-%' ORDER BY id"));
        // Those who had none; somebody who is gone needs none.
        Assert.Equal(["u-bot|bot|founder|owner", "u-odd|odd|public|owner"], await world.RowsAsync("""
            SELECT o.owner_user_id, o.slug, o.tier, m.role FROM auth.organizations o JOIN auth.members m ON m.organization_id = o.id AND m.user_id = o.owner_user_id
            WHERE o.id NOT LIKE 'o-%' ORDER BY 1
            """));
        Assert.Equal(["1"], await world.RowsAsync("""
            SELECT DISTINCT (SELECT count(*) FROM auth.organizations o WHERE o.owner_user_id = u.id) FROM auth.users u WHERE deleted_at IS NULL
            """));
        Skipped(result, "organizations", "a personal space of nobody", "o-lost");
        Assert.Equal(["o-ada-2"], Finding(result.Remarks, "organizations", "a further personal space of somebody, made a shared one").FirstIds);
        Assert.Equal(["o-ada-2", "o-team"], Finding(result.Remarks, "organizations", "metadata was a text inside the JSON, unwrapped").FirstIds);
        Assert.Equal(["o-junk"], Finding(result.Remarks, "organizations", "metadata was no JSON object, left out").FirstIds);
    }

    [Fact]
    public async Task Members_are_accounts_once_each_and_somebody_owns_every_space()
    {
        await using var world = await ImportWorld.CreateAsync();
        var result = await world.CompletedAsync();
        Assert.Equal(
            [
                "m-1|o-ada|u-ada|owner", "m-10|o-team|u-odd|member", "m-12|o-brand|u-odd|member", "m-13|o-brand|u-bob|owner,admin", "m-3|o-ada-2|u-ada|owner", "m-4|o-bob|u-bob|owner",
                "m-6|o-team|u-ada|owner", "m-7|o-team|u-bob|admin,member",
            ],
            await world.RowsAsync("SELECT id, organization_id, user_id, role FROM auth.members WHERE id LIKE 'm-%' ORDER BY id"));
        Skipped(result, "members", "there is no such account", "m-11", "m-5", "m-9");
        Skipped(result, "members", "in the personal space of somebody else", "m-2");
        Skipped(result, "members", "the same membership once more", "m-8");
        Assert.Equal(["m-13"], Finding(result.Remarks, "members", "made owner of a space that had none").FirstIds);
        // The next membership must begin later than all that there are.
        Assert.Equal(["0"], await world.RowsAsync("SELECT count(*) FROM auth.organizations o JOIN auth.members m ON m.organization_id = o.id WHERE m.created_at > o.updated_at"));
        var directory = world.Host.Services.GetRequiredService<ISpaceDirectory>();
        Assert.Equal(["o-bob", "o-brand", "o-team"], (await directory.MembershipsOfAsync("u-bob", default)).Select(membership => membership.SpaceId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Vaults_are_the_same_to_the_letter_and_open()
    {
        await using var world = await ImportWorld.CreateAsync();
        var result = await world.CompletedAsync();
        Assert.Equal(
            [
                "u-ada|ickwVgX7iPHLclnp8A3RHEV+u46qi5ju1tH/F5ArEE/59dedy1zXo7Jmj9B+3gJU|AAECAwQFBgcICQoL|1|env-v1|||1||False||2026-01-02 04:00:00.000001+00|2026-01-03 00:00:00+00",
                "u-bob|||1|env-v1|0fh789ieL0DdEdHQX4Kt19Sbn/voeDmJjBgTVXgu9boOdi5/WAeVtQxi/vDDFL6W|AAECAwQFBgcICQoL|1|2026-01-06 00:00:00+00|True||2026-01-05 00:00:00+00|",
                "u-odd|||1|env-v1|junk|junk|1|2026-01-06 00:00:00+00|True||2026-01-05 00:00:00+00|",
            ],
            await world.RowsAsync("""
                SELECT user_id, wrapped_mk, wrap_iv, format_version, kek_id, recovery_wrapped_mk, recovery_iv, recovery_format_version, recovery_set_at::text, zero_knowledge,
                  encode(mk_check, 'hex'), created_at::text, rotated_at::text FROM auth.encryption_vaults ORDER BY user_id
                """));
        Assert.Equal((2, 2, 0), (result.Vaults.Opened, result.Vaults.ZeroKnowledge, result.Vaults.Closed.Count));
        Skipped(result, "encryption_vaults", "the table here does not take it (encryption_vaults_zk_consistency)", "u-bot");
        Assert.Equal(["u-odd"], Finding(result.Remarks, "encryption_vaults", "a recovery wrap that no code can open").FirstIds);
        Assert.Equal(["e-1|init|192.0.2.1|Moz\tilla|created|201", "e-2|fetch||||200", "e-3|init|||created|201"], await world.RowsAsync(
            "SELECT id, action, ip_address, user_agent, context, status FROM auth.encryption_vault_audit WHERE id LIKE 'e-%' ORDER BY id"));

        var token = (await world.Api.LoginAsync("ada@example.test")).IsOk()["accessToken"];
        var key = (await world.Api.CallAsync("GET", "/api/v1/me/encryption-vault/key", bearer: token)).IsOk();
        Assert.Equal(Convert.ToBase64String([.. Enumerable.Range(1, MasterKey.Length).Select(number => (byte)number)]), key["masterKey"]);
    }

    [Fact]
    public async Task A_vault_that_does_not_open_is_imported_and_keeps_the_run_from_passing()
    {
        await using var world = await ImportWorld.CreateAsync();
        await world.OriginalAsync("UPDATE auth.encryption_vaults SET kek_id = 'env-v9' WHERE user_id = 'u-ada'");
        var result = await world.CompletedAsync();
        Assert.False(result.Passed);
        var closed = Assert.Single(result.Vaults.Closed);
        Assert.Equal(("no key-encryption key env-v9", "u-ada"), (closed.What, Assert.Single(closed.FirstIds)));
        Assert.Equal(["env-v9"], await world.RowsAsync("SELECT kek_id FROM auth.encryption_vaults WHERE user_id = 'u-ada'"));
    }

    [Fact]
    public async Task Keys_for_machines_go_on_working()
    {
        await using var world = await ImportWorld.CreateAsync();
        var result = await world.CompletedAsync();
        var verdict = await world.Host.Services.GetRequiredService<IApiKeyValidator>().ValidateAsync("sk_live_" + string.Concat(Enumerable.Repeat("ab", 32)), "llm", default);
        var valid = Assert.IsType<ApiKeyVerdict.Valid>(verdict);
        Assert.Equal(("u-ada", "stt llm", 7, 60), (valid.UserId, string.Join(' ', valid.Scopes), valid.Requests, valid.WindowSeconds));
        Skipped(result, "api_keys", "a hash that no key can have", "k-2");
        Skipped(result, "api_keys", "the same key is here already, or its account is gone", "k-3");
    }

    [Fact]
    public async Task Personas_come_with_what_they_did_and_humans_do_not_become_any()
    {
        await using var world = await ImportWorld.CreateAsync();
        var result = await world.CompletedAsync();
        Assert.Equal(["u-bot|student|weekdays|t1-0-todo|t1-todo|4"], await world.RowsAsync("""
            SELECT p.user_id, p.archetype, p.tick_cadence, a.id, f.id, f.rating FROM auth.personas p JOIN auth.persona_actions a ON a.persona_id = p.user_id JOIN auth.persona_feedback f ON f.persona_id = p.user_id
            """));
        Skipped(result, "personas", "its account is no persona, or is gone", "u-ada");
        Skipped(result, "persona_actions", "a result that is neither ok nor error", "t1-1-todo");
        Skipped(result, "persona_feedback", "a rating that is not 1 to 5", "t2-todo");
    }

    [Fact]
    public async Task What_is_not_imported_is_said_and_nobody_is_told_of_the_rest()
    {
        await using var world = await ImportWorld.CreateAsync();
        var result = await world.CompletedAsync();
        Assert.True(result.Passed);
        Assert.Equal(["feature_flags 1", "passkeys 3", "sessions 1", "two_factor_auth 1"], result.LeftBehind.Select(left => $"{left.Table} {left.Rows}"));
        Assert.Contains(result.LeftBehind, left => left is { Table: "passkeys", Reason: "not supported yet" });
        Assert.All(result.Tables, table => Assert.Equal((table.Read - table.Skipped, table.Stored), (table.Stored, table.Equal)));
        Assert.Equal(["0|0|0"], await world.RowsAsync("SELECT (SELECT count(*) FROM auth.outbox), (SELECT count(*) FROM auth.sessions), (SELECT count(*) FROM auth.verification_tokens)"));
    }

    static void Skipped(AuthImportResult.Completed result, string table, string why, params string[] ids) =>
        Assert.Equal(ids.Order(StringComparer.Ordinal), Finding(result.Skipped, table, why).FirstIds.Order(StringComparer.Ordinal));

    static AuthImportFinding Finding(IReadOnlyList<AuthImportFinding> findings, string table, string what) =>
        Assert.Single(findings, finding => finding.Table == table && finding.What == what);
}
