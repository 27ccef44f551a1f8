using System.Globalization;
using System.Text.Json;
using Mana.Testing;

namespace Mana.EndToEnd.Tests.Operations;

/// <summary>A host that is configured wrongly says which key is wrong and ends; it never serves.</summary>
public sealed class StartRefusalTests
{
    const string Unreachable = "postgresql://mana:a-long-password-1@127.0.0.1:1/mana";

    [Theory]
    [InlineData("DATABASE_URL", "")]
    [InlineData("MANA_AUTH_KEK", "")]
    [InlineData("MANA_AUTH_KEK", "bWFuYS1kZXZlbG9wbWVudC1rZXktZG8tbm90LXVzZSE=")]
    [InlineData("MANA_AUTH_KEK", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("MANA_AUTH_KEK", "c2hvcnQ=")]
    [InlineData("BETTER_AUTH_SECRET", "")]
    [InlineData("BETTER_AUTH_SECRET", "a-secret-of-less-than-32-chars.")]
    [InlineData("BETTER_AUTH_SECRET", "mana-development-secret-do-not-use")]
    [InlineData("COOKIE_DOMAIN", "https://example.test")]
    [InlineData("COOKIE_SAME_SITE", "Strict")]
    [InlineData("BASE_URL", "http://auth.example.test")]
    [InlineData("BASE_URL", "auth.example.test")]
    [InlineData("MANA_SERVICE_KEY", "dev-service-key")]
    [InlineData("MANA_SERVICE_KEY", "a-key-of-15-ch.")]
    [InlineData("MANA_SERVICE_KEY_PREVIOUS", "dev-service-key")]
    [InlineData("DATABASE_URL", "postgresql://mana:devpassword@127.0.0.1:1/mana")]
    [InlineData("CORS_ORIGINS", "http://app.example.test")]
    [InlineData("TRUSTED_PROXIES", "not-an-address")]
    [InlineData("SYNC_BILLING_GATE", "ajar")]
    [InlineData("SMTP_HOST", "")]
    [InlineData("SMTP_PORT", "465")]
    [InlineData("SMTP_PASSWORD", "without-a-user")]
    [InlineData("MAIL_FROM", "")]
    [InlineData("MANA_SERVICE_KEY", "change-me-before-production")]
    [InlineData("MANA_SERVICE_KEY", "abababababababababababab")]
    [InlineData("FEEDBACK_PSEUDONYM_SECRET", "dev-pseudonym-secret")]
    [InlineData("SYNAPSE_OIDC_CLIENT_SECRET", "dev-secret-of-the-homeserver-0123456789")]
    [InlineData("OIDC_REGISTRATION_TOKEN", "your-token-0123456789-0123456789-0123")]
    [InlineData("DATABASE_PASSWORD", "postgres")]
    [InlineData("MANA_SERVICE_KEY_FILE", "/nowhere/service_key")]
    [InlineData("PORT", "abc")]
    [InlineData("PORT", "70000")]
    public async Task Production_refuses(string key, string value)
    {
        var database = key == "DATABASE_PASSWORD" ? "postgresql://mana@127.0.0.1:1/mana" : Unreachable;
        await using var host = HostProcess.Launch(database, [.. Production(), (key, value)]);

        Assert.Equal(1, await host.ExitAsync());
        Assert.Contains(key, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Now listening", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        if (key is not "PORT" and not "SMTP_PORT" && value.Length > 0 && key is not "BASE_URL" and not "COOKIE_DOMAIN" and not "COOKIE_SAME_SITE" and not "CORS_ORIGINS" and not "TRUSTED_PROXIES")
            Assert.DoesNotContain(value, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_problems_are_told_at_once()
    {
        await using var host = HostProcess.Launch(null, ("ASPNETCORE_ENVIRONMENT", "Production"), ("BASE_URL", "http://auth.example.test"), ("PORT", "abc"));

        Assert.Equal(1, await host.ExitAsync());
        foreach (var key in (string[])["DATABASE_URL", "MANA_AUTH_KEK", "BETTER_AUTH_SECRET", "BASE_URL", "SMTP_HOST", "PORT", "FEEDBACK_PSEUDONYM_SECRET"])
            Assert.Contains(key, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_waited_for_and_then_told()
    {
        await using var host = HostProcess.Launch(Unreachable, [.. Production(), ("Database__StartupWaitSeconds", "1")]);

        Assert.Equal(1, await host.ExitAsync());
        Assert.Contains("does not answer yet", host.Output, StringComparison.Ordinal);
        Assert.Contains("DATABASE_URL: PostgreSQL does not answer there.", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        await using (var first = await HostProcess.StartAsync(database))
        {
            await using var second = HostProcess.Launch(database, ("PORT", first.Address.Port.ToString(CultureInfo.InvariantCulture)));
            Assert.Equal(1, await second.ExitAsync());
            Assert.Contains("PORT: ", second.Output, StringComparison.Ordinal);
            Assert.Contains("address already in use", second.Output, StringComparison.Ordinal);
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task Production_with_everything_set_serves_and_logs_one_JSON_object_per_line()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        await using (var host = await HostProcess.StartAsync(database, [.. Production()]))
        {
            using var http = host.CreateClient();
            using var answer = await http.GetAsync("/health/live");
            Assert.Equal("max-age=31536000; includeSubDomains", answer.Headers.GetValues("Strict-Transport-Security").Single());
            Assert.Equal(0, await host.TerminateAsync());
            foreach (var line in host.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind);
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    static IEnumerable<(string, string)> Production() =>
    [
        ("ASPNETCORE_ENVIRONMENT", "Production"),
        ("BASE_URL", "https://auth.example.test"),
        ("MANA_AUTH_KEK", Convert.ToBase64String(Enumerable.Range(1, 32).Select(number => (byte)number).ToArray())),
        ("SMTP_HOST", "mail.example.test"),
        ("MAIL_FROM", "Mana <noreply@example.test>"),
        ("BETTER_AUTH_SECRET", Convert.ToBase64String(Enumerable.Range(33, 32).Select(number => (byte)number).ToArray())),
        ("FEEDBACK_PSEUDONYM_SECRET", "a secret for the pseudonyms of this test"),
        ("Server__Address", "127.0.0.1"),
    ];
}
