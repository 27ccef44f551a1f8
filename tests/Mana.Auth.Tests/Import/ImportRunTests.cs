using Mana.Auth.Contracts;
using Mana.Testing;
using Npgsql;

namespace Mana.Auth.Tests.Import;

/// <summary>An import may end at any moment and begin again, and stores nothing where it might do harm.</summary>
public sealed class ImportRunTests
{
    [Fact]
    public async Task A_second_run_stores_nothing_and_what_was_changed_here_stays()
    {
        await using var world = await ImportWorld.CreateAsync();
        await world.CompletedAsync();
        var before = await world.DumpAsync();
        var second = await world.CompletedAsync();
        Assert.True(second.Passed);
        Assert.All(second.Tables, table => Assert.Equal((0, table.Read - table.Skipped), (table.Stored, table.Before)));
        Assert.Equal(before, await world.DumpAsync());

        // Ada signs in, which makes her hash anew; Bob renames himself; the odd one goes.
        (await world.Api.LoginAsync("ada@example.test")).IsOk();
        await world.HereAsync("UPDATE auth.users SET name = 'Robert' WHERE id = 'u-bob'; DELETE FROM auth.users WHERE id = 'u-odd'");
        var third = await world.CompletedAsync();
        Assert.True(third.Passed);
        Assert.Equal(["accounts 1", "encryption_vaults 1", "members 2", "users 2"], third.Tables.Where(table => table.ChangedSince > 0).Select(table => $"{table.Name} {table.ChangedSince}").Order(StringComparer.Ordinal));
        Assert.Equal(["Robert"], await world.RowsAsync("SELECT name FROM auth.users WHERE id IN ('u-bob', 'u-odd')"));
    }

    [Fact]
    public async Task What_the_original_has_got_since_comes_with_the_next_run()
    {
        await using var world = await ImportWorld.CreateAsync();
        await world.CompletedAsync();
        await world.OriginalAsync("INSERT INTO auth.users (id, name, email) VALUES ('u-aaa', 'Late', 'late@example.test')");
        Assert.Equal(1, (await world.CompletedAsync()).Tables[0].Stored);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(14)]
    [InlineData(30)]
    public async Task A_run_that_was_interrupted_ends_like_one_that_was_not(int reports)
    {
        await using var whole = await ImportWorld.CreateAsync();
        await using var parts = await ImportWorld.CreateAsync();
        await whole.CompletedAsync();
        using var crash = new CancellationTokenSource();
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => parts.ImportAsync(batch: 1, stop: crash.Token, progress: new ImportWorld.At(_ =>
        {
            if (++seen == reports)
                crash.Cancel();
        })));
        Assert.True((await parts.CompletedAsync(batch: 2)).Passed);
        Assert.Equal(await whole.DumpAsync(), await parts.DumpAsync());
        Assert.Equal(["1"], await parts.RowsAsync("SELECT count(*) FROM auth.import_runs WHERE finished_at IS NOT NULL"));
    }

    [Fact]
    public async Task A_difference_that_an_interrupted_run_left_is_one()
    {
        await using var world = await ImportWorld.CreateAsync();
        using var crash = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.ImportAsync(stop: crash.Token, progress: new ImportWorld.At(now =>
        {
            if (now.Step == "Importing members")
                crash.Cancel();
        })));
        await world.HereAsync("UPDATE auth.users SET name = 'Somebody else' WHERE id = 'u-bob'");
        var result = await world.CompletedAsync();
        Assert.False(result.Passed);
        Assert.Equal(["u-bob"], result.Tables[0].FirstDifferences);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_stores_nothing()
    {
        await using var world = await ImportWorld.CreateAsync();
        var dry = await world.CompletedAsync(batch: 2, dryRun: true);
        Assert.Equal(["0|0|0|0"], await world.RowsAsync(
            "SELECT (SELECT count(*) FROM auth.users), (SELECT count(*) FROM auth.organizations), (SELECT count(*) FROM auth.imported_rows), (SELECT count(*) FROM auth.import_runs)"));
        var real = await world.CompletedAsync();
        Assert.True(dry is { DryRun: true, Passed: true });
        Assert.Equal(dry.Tables.Select(table => table.Stored), real.Tables.Select(table => table.Stored));
        Assert.Equal(dry.Skipped.Select(finding => (finding.What, finding.Count)), real.Skipped.Select(finding => (finding.What, finding.Count)));
    }

    [Fact]
    public async Task Accounts_and_spaces_that_are_in_the_way_are_named_by_id_and_nothing_is_stored()
    {
        await using var world = await ImportWorld.CreateAsync();
        var taken = (await world.Api.RegisterAsync("Bob@example.test")).IsOk()["user", "id"]!;
        await world.HereAsync("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, created_at, updated_at, role, access_tier, kind, two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES ('u-ada', 'x', 'other@example.test', 'other@example.test', true, now(), now(), 'user', 'public', 'human', false, true, 0);
            INSERT INTO auth.organizations (id, name, slug, type, created_at, updated_at) VALUES ('here', 'x', 'the-team', 'team', now(), now());
            """);
        var refused = await world.RefusedAsync();
        // The registration above has the slug of Bob's personal space, too.
        Assert.Equal(
            ["organizations 2 the same slug (original/here)", "users 1 the same address (original/here)", "users 1 the same id"],
            refused.Conflicts.Select(finding => $"{finding.Table} {finding.Count} {finding.What}").Order(StringComparer.Ordinal));
        Assert.Contains(refused.Conflicts, finding => finding.FirstIds.Contains($"u-bob/{taken}"));
        Assert.Contains(refused.Conflicts, finding => finding.FirstIds.Contains("o-team/here"));
        Assert.DoesNotContain(refused.Conflicts, finding => string.Join(' ', finding.FirstIds).Contains('@', StringComparison.Ordinal));
        Assert.Equal(["2"], await world.RowsAsync("SELECT count(*) FROM auth.users"));
    }

    [Fact]
    public async Task People_who_are_nobody_of_the_original_are_in_nobodys_way()
    {
        await using var world = await ImportWorld.CreateAsync();
        var mine = (await world.Api.RegisterAsync("operator@example.test")).IsOk()["user", "id"]!;
        var before = await world.RowsAsync($"SELECT to_jsonb(u)::text FROM auth.users u WHERE id = '{mine}'");
        Assert.True((await world.CompletedAsync()).Passed);
        Assert.Equal(before, await world.RowsAsync($"SELECT to_jsonb(u)::text FROM auth.users u WHERE id = '{mine}'"));
    }

    [Fact]
    public async Task Two_imports_at_once_are_refused()
    {
        await using var world = await ImportWorld.CreateAsync();
        var second = default(Task<AuthImportResult>);
        var first = await world.ImportAsync(progress: new ImportWorld.At(_ => second ??= Task.Run(() => world.ImportAsync())));
        Assert.True(Assert.IsType<AuthImportResult.Completed>(first).Passed);
        // The second began while the first held the lock; or it came so late that it found everything done.
        Assert.True(await second! is AuthImportResult.Refused { Reason: "Another import into this database is running." } or AuthImportResult.Completed { Passed: true });
        Assert.Equal(["5"], await world.RowsAsync("SELECT count(*) FROM auth.users"));
    }

    [Fact]
    public async Task What_is_no_original_or_hides_its_rows_is_refused()
    {
        await using var world = await ImportWorld.CreateAsync();
        Assert.Contains("neither a URL", (await world.RefusedAsync("::")).Reason, StringComparison.Ordinal);
        var empty = await TestCluster.CreateDatabaseAsync(migrated: false);
        Assert.Contains("no table auth.users", (await world.RefusedAsync(empty)).Reason, StringComparison.Ordinal);
        await TestCluster.DropDatabaseAsync(empty);

        var role = "reader_of_" + new NpgsqlConnectionStringBuilder(world.Original).Database;
        await world.OriginalAsync($"CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA auth TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA auth TO {role}");
        try
        {
            var source = new NpgsqlConnectionStringBuilder(world.Original) { Username = role }.ConnectionString;
            Assert.Contains("Row-level security hides rows of auth.encryption_vaults", (await world.RefusedAsync(source)).Reason, StringComparison.Ordinal);
            await world.OriginalAsync($"ALTER ROLE {role} BYPASSRLS");
            Assert.True(Assert.IsType<AuthImportResult.Completed>(await world.ImportAsync(source: source)).Passed);
        }
        finally
        {
            await world.OriginalAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task An_original_without_the_later_tables_is_one()
    {
        await using var world = await ImportWorld.CreateAsync(rows: false);
        await world.OriginalAsync("""
            DROP TABLE auth.persona_actions, auth.persona_feedback, auth.personas, auth.encryption_vaults, auth.encryption_vault_audit, auth.members, auth.organizations, auth.api_keys;
            ALTER TABLE auth.users DROP COLUMN role, DROP COLUMN access_tier, DROP COLUMN kind, DROP COLUMN onboarding_completed_at;
            INSERT INTO auth.users (id, name, email) VALUES ('u-1', 'One', 'one@example.test');
            """);
        Assert.True((await world.CompletedAsync()).Passed);
        Assert.Equal(["u-1|user|public|human|one"], await world.RowsAsync("SELECT u.id, u.role, u.access_tier, u.kind, o.slug FROM auth.users u JOIN auth.organizations o ON o.owner_user_id = u.id"));
    }
}
