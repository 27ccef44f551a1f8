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

    [Fact]
    public async Task The_functions_are_for_the_role_of_the_host_only() => Assert.Equal(0, await fixture.ScalarAsync<long>("""
        SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'credits' AND p.prosecdef AND (has_function_privilege('public', p.oid, 'EXECUTE') OR NOT has_function_privilege('mana_app', p.oid, 'EXECUTE'))
        """));
}
