using Mana.Architecture.Tests.Rules;

namespace Mana.Architecture.Tests;

/// <summary>The source tree (design sections 2 and 4).</summary>
public sealed class SourceTests
{
    const int LongestProgram = 60;

    /// <summary>Where package managers keep what this machine downloads from.</summary>
    static readonly string[] SettingsFiles = [.. new[] { ".npmrc", ".nuget/NuGet/NuGet.Config", ".config/NuGet/NuGet.Config" }
        .Select(file => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), file))];

    [Fact]
    public void No_file_is_too_long() => Wall.Holds("No file has more than 400 lines:", Sizes.TooLong(Repository.Code));

    [Fact]
    public void Most_files_are_short() => Wall.Holds("The median is at most 120 lines, and at most 5 % have more than 220:", Sizes.TooMuch([.. Repository.Code]));

    [Fact]
    public void Program_fits_on_a_screen() => Assert.True(Repository.File("src/Mana.Host/Program.cs").Lines.Length <= LongestProgram, $"Program.cs has more than {LongestProgram} lines.");

    [Fact]
    public void Nothing_is_unfinished() => Wall.Holds("Unfinished work and regions:", Repository.Files.SelectMany(Leftovers.InCode));

    [Fact]
    public void No_path_of_a_machine() => Wall.Holds("Absolute paths of one machine:", Repository.Files.SelectMany(Leftovers.MachinePaths));

    [Fact]
    public void No_package_registry()
    {
        var configured = Leftovers.ConfiguredRegistries(SettingsFiles).ToList();
        Wall.Holds("Package registries are the machine's business:", Repository.Files.SelectMany(file => Leftovers.RegistryHosts(file, configured)));
    }

    [Fact]
    public void Every_shipped_project_has_a_lock_file() => Wall.Holds("Lock files that are missing:",
        Repository.Projects.Select(project => Path.GetDirectoryName(project.Path) + "/packages.lock.json").Where(path => !Repository.Has(path)));

    [Fact]
    public void Every_project_is_in_the_solution() => Wall.Holds("Projects that the solution does not build:", Repository.Projects
        .Where(project => !Repository.File("Mana.Platform.sln").Text.Contains(project.Path.Replace('/', '\\'), StringComparison.Ordinal)).Select(project => project.Path));

    [Fact]
    public void Breaches_are_noticed()
    {
        static SourceFile Text(string text) => new("sample", text);

        Wall.Notices(Leftovers.InCode(Text("a\n// " + "TO" + "DO: later\n  " + "#" + "region x\nthrow new " + "NotImplemented" + "Exception();")), "sample:2", "sample:3", "sample:4");
        Wall.Notices(Leftovers.InCode(Text("GET /sync/todo; toDoList")));
        Wall.Notices(Leftovers.MachinePaths(Text("cd /" + "work/main && ls \"/" + "home/me\"; see docs/" + "work/list and $HOME/" + "root/x")), "/wo" + "rk/m", "/ho" + "me/m");
        Wall.Notices(Leftovers.RegistryHosts(Text("https://" + "registry.example.test/jose and https://" + "api.nuget.example.test/v3"), []), "sample:1", "sample:1");
        Wall.Notices(Leftovers.RegistryHosts(Text("https://mirror.example.test/jose"), ["mirror.example.test"]), "sample");
    }

    [Fact]
    public void Long_files_are_noticed()
    {
        static SourceFile Lines(string path, int count) => new(path, string.Concat(Enumerable.Repeat("x\n", count)));

        Wall.Notices(Sizes.TooLong([Lines("a", 400), Lines("b", 401)]), "b has 401");
        Wall.Notices(Sizes.TooMuch([Lines("a", 121), Lines("b", 121), Lines("c", 1)]), "half of the 3 files");
        Wall.Notices(Sizes.TooMuch([.. Enumerable.Range(0, 18).Select(i => Lines($"s{i}", 10)), Lines("c", 221), Lines("d", 300)]), "2 of 20 files");
    }

    [Fact]
    public void Configured_registries_are_read()
    {
        var settings = Path.GetTempFileName();
        File.WriteAllText(settings, "registry=https://user:secret@packages.example.test/npm/\n<add key=\"x\" value=\"https://feed.example.test:8443/v3\" />\n");
        Assert.Equal(["packages.example.test", "feed.example.test"], Leftovers.ConfiguredRegistries([settings, settings + ".missing"]));
        File.Delete(settings);
    }
}
