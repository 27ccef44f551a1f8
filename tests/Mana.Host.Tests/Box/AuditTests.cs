namespace Mana.Host.Tests.Box;

/// <summary>
/// <c>infra/audit</c> with registries that answer as wanted: an advisory fails, no answer is told and fails nothing. What is written here in place of
/// dotnet, npm and curl says what the real ones say.
/// </summary>
public sealed class AuditTests : IDisposable
{
    const string List = """echo '{"resources":[{"@id":"https://list.test/","@type":"VulnerabilityInfo/6.7.0"}]}'""";
    const string NoList = """echo '{"resources":[{"@id":"https://list.test/","@type":"PackageBaseAddress/3.0.0"}]}'""";
    const string Clean = "echo 'The given project `Mana.Host` has no vulnerable packages given the current sources.'";
    const string Vulnerable = "echo 'Project `Mana.Host` has the following vulnerable packages'; echo '   > Leaky.Package 1.0.0 High'";
    const string NpmClean = """echo '{"auditReportVersion":2,"vulnerabilities":{},"metadata":{"vulnerabilities":{"total":0}}}'""";
    const string NpmVulnerable = """echo '{"auditReportVersion":2,"vulnerabilities":{"leaky":{}},"metadata":{"vulnerabilities":{"total":1}}}'; exit 1""";
    const string NpmRefused = """echo '{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}'; exit 1""";
    const string Nothing = "exit 7";

    readonly string _programs = Directory.CreateTempSubdirectory("mana-audit-").FullName;

    [Theory]
    [InlineData(List, Clean, NpmClean, 0, "NuGet: none known.", "npm: none known.")]
    [InlineData(List, Vulnerable, NpmClean, 1, "NuGet: advisories.", "npm: none known.")]
    [InlineData(List, Clean, NpmVulnerable, 1, "NuGet: none known.", "npm: advisories.")]
    [InlineData(NoList, Clean, NpmRefused, 0, "NuGet: not asked", "npm: not asked")]
    [InlineData(Nothing, Clean, Nothing, 0, "NuGet: not asked", "npm: not asked")]
    [InlineData(List, Nothing, NpmClean, 0, "NuGet: not asked", "npm: none known.")]
    public async Task An_advisory_fails_and_silence_is_told(string curl, string dotnet, string npm, int exit, params string[] told)
    {
        Write("curl", curl);
        Write("dotnet", $"if [ \"$1\" = nuget ]; then echo 'E https://list.test/feed'; else {dotnet}; fi");
        Write("npm", npm);
        var (code, output) = await Checkout.RunAsync("/bin/sh", "-c", "PATH=\"$1:$PATH\" exec \"$2\"", "sh", _programs, Checkout.PathOf("infra/audit"));
        Assert.True(code == exit, $"{code}: {output}");
        Assert.All(told, line => Assert.Contains(line, output, StringComparison.Ordinal));
    }

    [Fact]
    public void It_is_part_of_the_test_run() =>
        Assert.Contains("infra/audit", Checkout.Text("infra/test"), StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_programs, recursive: true);

    void Write(string name, string script)
    {
        var path = Path.Combine(_programs, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
