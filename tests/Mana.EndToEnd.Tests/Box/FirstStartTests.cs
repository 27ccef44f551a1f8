using System.Text.Json.Nodes;
using Mana.Testing;
using Npgsql;

namespace Mana.EndToEnd.Tests.Box;

/// <summary>What infra/setup made, handed over as the compose file does, is what Production starts with.</summary>
public sealed class FirstStartTests
{
    [Fact]
    public async Task The_platform_starts_with_the_compose_files_environment_and_the_secrets_of_setup()
    {
        var folder = Directory.CreateTempSubdirectory("mana-first-").FullName;
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        try
        {
            await Script.SucceedAsync("infra/setup", [], folder);
            await using var host = await HostProcess.StartAsync(null, [.. await EnvironmentAsync(folder, database)]);
            using var http = host.CreateClient();
            // Web Push has its keys, the homeserver its client, and what is empty is off.
            Assert.Equal((await File.ReadAllTextAsync(Path.Combine(folder, "secrets", "vapid_public_key"))).Trim(),
                (string?)JsonNode.Parse(await http.GetStringAsync(new Uri("/api/v1/push/vapid-public-key", UriKind.Relative)))!["publicKey"]);
            Assert.Equal(1, await Stored.ScalarAsync<long>(database, "SELECT count(*) FROM auth.oauth_clients WHERE client_id = 'matrix-synapse'"));
            http.DefaultRequestHeaders.Add("X-Service-Key", (await File.ReadAllTextAsync(Path.Combine(folder, "secrets", "service_key"))).Trim());
            using var inside = await http.GetAsync(new Uri("/api/v1/internal/outbox/parked", UriKind.Relative));
            Assert.Equal(System.Net.HttpStatusCode.OK, inside.StatusCode);
            Assert.Equal(0, await host.AskHealthAsync());
            Assert.Equal(0, await host.TerminateAsync());
            Assert.Equal(1, await host.AskHealthAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            await TestCluster.DropDatabaseAsync(database);
        }
    }

    static async Task<List<(string, string)>> EnvironmentAsync(string folder, string database)
    {
        var environment = (await ComposeAsync())["services"]!["platform"]!["environment"]!.AsObject()
            .Select(pair => (pair.Key, Value: pair.Value!.ToString().Replace("/run/secrets", Path.Combine(folder, "secrets"), StringComparison.Ordinal)))
            .Where(pair => !pair.Value.Contains("${", StringComparison.Ordinal) && pair.Key is not "PORT" and not "DATABASE_URL" and not "DOTNET_GCHeapHardLimit").ToList();
        // What the operator writes into .env, and where this test has its database.
        return
        [
            .. environment, ("PORT", "0"), ("DATABASE_URL", new NpgsqlConnectionStringBuilder(database).ConnectionString), ("Server__Address", "127.0.0.1"),
            ("BASE_URL", "https://auth.example.test"), ("SMTP_HOST", "mail.example.test"), ("MAIL_FROM", "Mana <noreply@example.test>"), ("VAPID_SUBJECT", "mailto:operator@example.test"),
            ("SYNAPSE_PUBLIC_URL", ""), ("CORS_ORIGINS", ""),
        ];
    }

    static async Task<JsonNode> ComposeAsync()
    {
        const string Program = "import sys, json, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
        var start = new System.Diagnostics.ProcessStartInfo("/usr/bin/python3", ["-c", Program, Path.Combine(Script.Root, "docker-compose.macmini.yml")]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        return JsonNode.Parse(await process.StandardOutput.ReadToEndAsync())!;
    }
}
