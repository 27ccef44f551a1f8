using Npgsql;

namespace Mana.Credits.Tests.Data;

/// <summary>What the database refuses, whoever asks (commerce.md 16.2).</summary>
public sealed class GuardTests(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    async Task<string> RefusedAsync(string sql, string? role = null)
    {
        await using var connection = await fixture.OpenAsync();
        if (role is not null)
            await new NpgsqlCommand($"SET ROLE {role}", connection).ExecuteNonQueryAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => new NpgsqlCommand(sql, connection).ExecuteNonQueryAsync());
        return refused.SqlState;
    }

    [Theory]
    [InlineData("UPDATE credits.postings SET amount = 1")]
    [InlineData("DELETE FROM credits.postings")]
    [InlineData("TRUNCATE credits.postings")]
    [InlineData("INSERT INTO credits.postings (entry_id, account_id, amount, seq, balance_after, hash) VALUES (gen_random_uuid(), 1, 1, 1, 1, '')")]
    [InlineData("UPDATE credits.entries SET amount = 1")]
    [InlineData("DELETE FROM credits.entries")]
    [InlineData("UPDATE credits.accounts SET balance = 1000000")]
    [InlineData("DELETE FROM credits.accounts")]
    [InlineData("UPDATE credits.reservations SET status = 'expired'")]
    [InlineData("UPDATE credits.idempotency SET created_at = now()")]
    public async Task Scenario_26_the_role_of_the_host_may_not_touch_the_ledger(string sql) =>
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await RefusedAsync(sql, "mana_app"));

    [Theory]
    [InlineData("UPDATE credits.postings SET amount = amount")]
    [InlineData("DELETE FROM credits.postings")]
    [InlineData("TRUNCATE credits.postings")]
    [InlineData("DELETE FROM credits.entries")]
    [InlineData("UPDATE credits.entries SET amount = amount + 1")]
    [InlineData("UPDATE credits.entries SET description = 'another'")]
    [InlineData("UPDATE credits.entries SET occurred_at = now()")]
    [InlineData("DELETE FROM credits.accounts")]
    public async Task Not_even_its_owner_can_change_what_is_posted(string sql)
    {
        await fixture.PersonAsync(1);
        Assert.Equal(PostgresErrorCodes.RestrictViolation, await RefusedAsync(sql, "mana_owner"));
    }

    [Theory]
    [InlineData("INSERT INTO credits.postings (entry_id, account_id, amount, seq, balance_after, hash) VALUES (gen_random_uuid(), 900001, 5, 1, 5, '')", "postings_balanced")]
    [InlineData("INSERT INTO credits.postings (entry_id, account_id, amount, seq, balance_after, hash) SELECT e.id, a.i, a.i * 2 - 1000005, 1, 1, '' FROM (SELECT gen_random_uuid() AS id) e, (VALUES (500001), (500002)) a (i)", "postings_balanced")]
    [InlineData("UPDATE credits.accounts SET balance = balance - 1000000, total_spent = total_spent + 1000000 WHERE kind = 'available'", "accounts_floor")]
    [InlineData("UPDATE credits.accounts SET total_spent = total_spent + 1 WHERE kind = 'available'", "accounts_counters")]
    [InlineData("UPDATE credits.accounts SET floor = NULL WHERE kind = 'reserved'", "accounts_unbounded")]
    public async Task A_transaction_that_does_not_add_up_cannot_be_stored(string sql, string constraint)
    {
        await fixture.PersonAsync(1);
        await using var connection = await fixture.OpenAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => new NpgsqlCommand(sql, connection).ExecuteNonQueryAsync());
        Assert.Equal(constraint, refused.ConstraintName);
    }

    [Theory]
    [InlineData("SELECT credits.post(gen_random_uuid(), 'purchase', 'x', 1000, 0, 'stripe_clearing', NULL, 'purchase', 'a', 'd', NULL, now(), 'system', NULL, NULL, NULL, NULL, NULL)", "MC003")]
    [InlineData("SELECT credits.post(gen_random_uuid(), 'adjustment', 'x', 1000, 0, 'adjustment', NULL, 'adjustment', 'a', 'd', NULL, now(), 'system', NULL, NULL, NULL, NULL, NULL)", "MC003")]
    [InlineData("SELECT credits.post(gen_random_uuid(), 'use', 'x', -1000, 1000, NULL, NULL, NULL, 'a', 'd', NULL, now(), 'system', NULL, NULL, NULL, NULL, NULL)", "MC003")]
    [InlineData("SELECT credits.post(gen_random_uuid(), 'grant', 'x', 1000, 0, 'promo', NULL, 'grant', 'a', 'd', NULL, now(), 'system', 'grant:mine', NULL, NULL, NULL, NULL)", "MC003")]
    [InlineData("SELECT credits.book(gen_random_uuid(), 'use', 'x', 0, 0, NULL, NULL, NULL, 'a', 'd', NULL, now(), 'system', NULL, NULL, NULL, NULL, NULL)", PostgresErrorCodes.InsufficientPrivilege)]
    [InlineData("CREATE TEMPORARY TABLE accounts (id bigint)", PostgresErrorCodes.InsufficientPrivilege)]
    public async Task The_role_of_the_host_books_nothing_without_its_cause(string sql, string state) => Assert.Equal(state, await RefusedAsync(sql, "mana_app"));

    /// <summary>Otherwise tables and types of whoever calls would be found before those of the catalogue.</summary>
    [Fact]
    public async Task Functions_with_rights_of_their_owner_look_into_temporary_schemas_last() => Assert.Equal(0, await fixture.ScalarAsync<long>("""
        SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'credits' AND CASE WHEN p.prosecdef OR p.proname IN ('postings_balanced', 'immutable', 'entries_immutable')
          THEN 'search_path=pg_catalog, pg_temp' <> ALL (coalesce(p.proconfig, '{}'))
          ELSE EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%') END
        """));

    [Fact]
    public async Task The_functions_are_for_the_role_of_the_host_only() => Assert.Equal(0, await fixture.ScalarAsync<long>("""
        SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'credits' AND p.prosecdef AND (has_function_privilege('public', p.oid, 'EXECUTE') OR NOT has_function_privilege('mana_app', p.oid, 'EXECUTE'))
        """));
}
