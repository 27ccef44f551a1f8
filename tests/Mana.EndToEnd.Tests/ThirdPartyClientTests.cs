using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Mana.EndToEnd.Tests;

/// <summary><c>tests/clients</c> against the host. A machine without node fails here; nothing is skipped.</summary>
public sealed partial class ThirdPartyClientTests(SharedHost host, ITestOutputHelper output)
{
    static readonly string Folder = Path.Combine(RepositoryRoot(), "tests", "clients");
    static readonly SemaphoreSlim OneInstallation = new(1);

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(Folder, "test"), "*.test.mjs").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Clients_that_others_wrote_are_content(string file)
    {
        await OneInstallation.WaitAsync();
        try
        {
            var (exitCode, said) = await RunAsync(file);

            output.WriteLine(string.Join('\n', said.Split('\n').Where(line => line.StartsWith("# ", StringComparison.Ordinal) && !line.StartsWith("# Subtest", StringComparison.Ordinal))));
            Assert.True(exitCode == 0, said);
            Assert.Equal(0, Count("fail", said));
            Assert.Equal(0, Count("skipped", said));
            Assert.True(Count("pass", said) > 0, "Not one test ran.");
        }
        finally
        {
            OneInstallation.Release();
        }
    }

    async Task<(int ExitCode, string Said)> RunAsync(string file)
    {
        var start = new ProcessStartInfo(Path.Combine(Folder, "run"), [host.Address.ToString(), $"test/{file}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        var said = node.StandardOutput.ReadToEndAsync();
        var complained = node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync();
        return (node.ExitCode, await said + await complained);
    }

    static int Count(string what, string said) => int.Parse(Summary().Matches(said).Single(line => line.Groups["what"].Value == what).Groups["count"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Mana.Platform.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No Mana.Platform.sln above the test's own folder.");
        return folder;
    }

    [GeneratedRegex(@"^# (?<what>[a-z]+) (?<count>\d+)$", RegexOptions.Multiline, 1000)]
    private static partial Regex Summary();
}
