namespace Mana.EndToEnd.Tests.Operations;

/// <summary>The host does not serve with a role that row-level security does not bind (design section 5).</summary>
public sealed class RoleTests(PrivatePostgres postgres) : IClassFixture<PrivatePostgres>
{
    [Fact]
    public async Task Scenario_24_8_120_a_role_that_could_bypass_row_level_security_is_refused()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartAsync(database);
        Assert.Equal(0, await host.TerminateAsync());

        foreach (var (power, words) in ((string, string)[])[("BYPASSRLS", "has BYPASSRLS"), ("SUPERUSER", "is a superuser")])
        {
            await postgres.ExecuteAsync($"ALTER ROLE mana_app {power}");
            await RefusedAsync(database, words);
            await postgres.ExecuteAsync($"ALTER ROLE mana_app NO{power}");
        }

        await postgres.ExecuteAsync("GRANT mana_owner TO mana_app");
        await RefusedAsync(database, "is a member of mana_owner");
        await postgres.ExecuteAsync("REVOKE mana_owner FROM mana_app");

        await host.RestartAsync();
    }

    static async Task RefusedAsync(string database, string words)
    {
        await using var refused = HostProcess.Launch(database);
        Assert.Equal(1, await refused.ExitAsync());
        Assert.Contains($"The role 'mana_app' {words}", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Now listening", refused.Output, StringComparison.Ordinal);
    }
}
