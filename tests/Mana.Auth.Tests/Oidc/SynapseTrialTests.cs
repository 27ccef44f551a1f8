using System.Diagnostics;

namespace Mana.Auth.Tests.Oidc;

/// <summary><c>infra/synapse/try</c> prints commands; what they make of the configuration must fit the platform that they start.</summary>
public sealed class SynapseTrialTests
{
    [Fact]
    public async Task The_printed_commands_give_the_homeserver_our_issuer_and_a_name_of_its_own()
    {
        var folder = Directory.CreateTempSubdirectory("mana-synapse");
        try
        {
            var printed = await RunAsync(folder.FullName, Path.Combine(BestPracticeTests.Root(), "infra", "synapse", "try"), folder.FullName);
            var at = printed.IndexOf("sed -e", StringComparison.Ordinal);
            var command = printed[at..(printed.IndexOf(">mana.yaml", at, StringComparison.Ordinal) + ">mana.yaml".Length)];
            await RunAsync(folder.FullName, "-c", command);
            var lines = (await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "mana.yaml"))).Select(line => line.Trim()).ToList();
            Assert.Contains($"issuer: \"{OidcWorld.Issuer}\"", lines);
            Assert.Contains("server_name: \"localhost\"", lines);
            Assert.Contains("public_baseurl: http://127.0.0.1:8008/", lines);
            Assert.Contains($"client_secret_path: {folder.FullName}/secret", lines);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.Equal(0, bash.ExitCode);
        return output;
    }
}
