using Mana.Testing;

namespace Mana.Auth.Tests.Accounts;

/// <summary>Outside Development an address has to be verified first.</summary>
public sealed class VerificationTests : IAsyncLifetime
{
    string _database = "";
    TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _host = await new TestHost(_database) { Environment = "Staging" }.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Scenario_16_an_unverified_address_is_only_told_to_who_knows_the_password()
    {
        var api = new AuthApi(_host);
        var email = AuthApi.NewEmail();
        Assert.True((await api.RegisterAsync(email)).IsOk().Body.GetProperty("needsVerification").GetBoolean());

        (await api.LoginAsync(email, "Falsches-Pferd-9")).IsRefused(401, "INVALID_CREDENTIALS");
        (await api.LoginAsync(email)).IsRefused(403, "EMAIL_NOT_VERIFIED");

        await using var connection = new Npgsql.NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var look = new Npgsql.NpgsqlCommand(
            "SELECT access_failed_count || '|' || (SELECT count(*) FROM auth.sessions) FROM auth.users", connection);
        Assert.Equal("1|0", await look.ExecuteScalarAsync());
        await using var verify = new Npgsql.NpgsqlCommand("UPDATE auth.users SET email_verified = true", connection);
        await verify.ExecuteNonQueryAsync();
        Assert.True((await api.LoginAsync(email)).IsOk().Body.GetProperty("user").GetProperty("emailVerified").GetBoolean());
    }

    [Fact]
    public async Task The_envelope_of_a_bad_body_is_the_same_outside_Development() =>
        (await new AuthApi(_host).SendRawAsync("login", "{")).IsRefused(400, "VALIDATION");
}
