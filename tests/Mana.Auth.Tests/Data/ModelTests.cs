using Mana.Auth.Data;
using Mana.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Data;

public sealed class ModelTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public void Every_change_of_the_model_has_a_migration()
    {
        using var scope = fixture.Host.Services.CreateScope();
        Assert.False(
            scope.ServiceProvider.GetRequiredService<AuthDbContext>().Database.HasPendingModelChanges(),
            "The model of AuthDbContext has changed: see infra/migrations/README.md.");
    }

    [Fact]
    public async Task Every_name_can_be_written_without_quotes() =>
        Assert.Null(await fixture.ScalarAsync<string>("""
            SELECT string_agg(name, ', ') FROM (
              SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'auth' AND table_name <> '__migrations'
              UNION SELECT relname FROM pg_class WHERE relnamespace = 'auth'::regnamespace AND relname NOT LIKE '%\_\_migrations'
              UNION SELECT conname FROM pg_constraint WHERE connamespace = 'auth'::regnamespace AND conrelid <> 'auth.__migrations'::regclass) names
            WHERE name !~ '^[a-z_0-9]+$'
            """));

    [Fact]
    public async Task A_second_active_key_is_impossible()
    {
        const string Insert = """
            INSERT INTO auth.signing_keys (kid, alg, use, public_jwk, private_key_encrypted, key_version, state, not_before)
            VALUES ($1, 'TEST', 'sig', '{}', '', 1, 'active', now())
            """;
        await fixture.ScalarAsync<object>(Insert, "one");
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.ScalarAsync<object>(Insert, "two"));
        Assert.Equal("signing_keys_one_active", refused.ConstraintName);
    }
}
