using Npgsql;

namespace Mana.Auth.Tests.Vault;

/// <summary>What the database itself refuses, whatever the code does (auth.md 20.3).</summary>
public sealed class RowSecurityTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    const string Vaults = "SELECT user_id FROM auth.encryption_vaults";
    const string Audit = "SELECT DISTINCT user_id FROM auth.encryption_vault_audit";

    /// <summary>Runs as the host's own role, in a transaction with these settings.</summary>
    async Task<List<string>> AsAppAsync(string sql, params (string Name, string Value)[] settings)
    {
        await using var connection = await world.AppRole.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var (name, value) in settings)
        {
            await using var set = new NpgsqlCommand("SELECT set_config($1, $2, true)", connection) { Parameters = { new() { Value = name }, new() { Value = value } } };
            await set.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        return found;
    }

    async Task<string> OwnerAsync()
    {
        var vault = new VaultApi(world, await world.PersonAsync());
        (await vault.KeyAsync()).IsE4(404, "VAULT_NOT_INITIALISED");
        await vault.NewKeyAsync();
        return vault.Person.UserId;
    }

    [Fact]
    public async Task Scenario_81_a_query_without_where_sees_only_ones_own_rows()
    {
        var (ada, bob) = (await OwnerAsync(), await OwnerAsync());
        Assert.Equal(["mana_app"], await AsAppAsync("SELECT session_user::text"));
        foreach (var query in (string[])[Vaults, Audit])
        {
            Assert.Equal([bob], await AsAppAsync(query, ("app.current_user_id", bob)));
            Assert.Equal([ada], await AsAppAsync(query, ("app.current_user_id", ada)));
            Assert.Empty(await AsAppAsync(query));
            Assert.Empty(await AsAppAsync(query, ("app.current_user_id", "")));
        }

        var all = await AsAppAsync(Audit, ("app.vault_audit", "admin"));
        Assert.Contains(ada, all);
        Assert.Contains(bob, all);
        Assert.Empty(await AsAppAsync(Vaults, ("app.vault_audit", "admin")));
    }

    [Fact]
    public async Task Nobody_writes_into_anothers_vault()
    {
        var (ada, bob) = (await OwnerAsync(), await OwnerAsync());
        var asBob = ("app.current_user_id", bob);
        Assert.Empty(await AsAppAsync($"UPDATE auth.encryption_vaults SET kek_id = 'x' WHERE user_id = '{ada}' RETURNING user_id", asBob));
        Assert.Empty(await AsAppAsync($"DELETE FROM auth.encryption_vaults WHERE user_id = '{ada}' RETURNING user_id", asBob));
        foreach (var sql in (string[])
                 [
                     $"UPDATE auth.encryption_vaults SET user_id = '{ada}' RETURNING user_id",
                     $"INSERT INTO auth.encryption_vaults (user_id, wrapped_mk, wrap_iv) VALUES ('{ada}', 'x', 'x') RETURNING user_id",
                     $"INSERT INTO auth.encryption_vault_audit (id, user_id, action, status) VALUES ('x', '{ada}', 'fetch', 200) RETURNING user_id",
                 ])
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => AsAppAsync(sql, asBob))).SqlState);
    }

    [Fact]
    public async Task Nobody_changes_what_was_written_down()
    {
        var own = ("app.current_user_id", await OwnerAsync());
        Assert.Empty(await AsAppAsync("UPDATE auth.encryption_vault_audit SET status = 200 RETURNING user_id", own));
        Assert.Empty(await AsAppAsync("DELETE FROM auth.encryption_vault_audit RETURNING user_id", own));
    }

    [Fact]
    public async Task Security_is_forced_on_the_owner_of_the_tables_too() => Assert.Equal(2L, await world.ScalarAsync(
        "SELECT count(*) FROM pg_class WHERE relname IN ('encryption_vaults', 'encryption_vault_audit') AND relrowsecurity AND relforcerowsecurity"));

    [Theory]
    [InlineData("encryption_vaults_has_wrap", "UPDATE auth.encryption_vaults SET wrapped_mk = NULL, wrap_iv = NULL WHERE user_id = $1")]
    [InlineData("encryption_vaults_wrap_iv_pair", "UPDATE auth.encryption_vaults SET wrap_iv = NULL WHERE user_id = $1")]
    [InlineData("encryption_vaults_wrap_iv_pair", "UPDATE auth.encryption_vaults SET recovery_iv = 'x' WHERE user_id = $1")]
    [InlineData("encryption_vaults_zk_consistency", "UPDATE auth.encryption_vaults SET zero_knowledge = true WHERE user_id = $1")]
    [InlineData("encryption_vaults_zk_consistency", "UPDATE auth.encryption_vaults SET zero_knowledge = true, recovery_wrapped_mk = 'x', recovery_iv = 'x' WHERE user_id = $1")]
    [InlineData("encryption_vaults_mk_check", "UPDATE auth.encryption_vaults SET mk_check = '' WHERE user_id = $1")]
    public async Task The_table_refuses_states_that_lose_a_key(string constraint, string sql)
    {
        var owner = await OwnerAsync();
        Assert.Equal(constraint, (await Assert.ThrowsAsync<PostgresException>(() => world.ScalarAsync(sql, owner))).ConstraintName);
    }
}
