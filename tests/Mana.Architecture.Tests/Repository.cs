using System.Xml.Linq;

namespace Mana.Architecture.Tests;

/// <summary>The source tree that this test was built from.</summary>
internal static class Repository
{
    static readonly string[] NotSource = [".git", ".data", ".idea", ".vs", "artifacts", "bin", "node_modules", "obj", "TestResults"];

    public static string Root { get; } = Find();

    /// <summary>Every file that a checkout holds.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } = [.. Walk(Root).Select(Read).OrderBy(file => file.Path, StringComparer.Ordinal)];

    /// <summary>Our C#, without what <c>dotnet ef</c> writes.</summary>
    public static IEnumerable<SourceFile> Code => Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal) && !file.IsMigration);

    public static IEnumerable<SourceFile> Projects => Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal));

    /// <summary>Projects under <c>src</c> and <c>modules</c>: what ships.</summary>
    public static IEnumerable<SourceFile> ShippedProjects => Projects.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal) || file.IsModule);

    /// <summary>Names of the modules that exist, as in <c>Mana.&lt;name&gt;</c>.</summary>
    public static IReadOnlyList<string> Modules => [.. Projects.Where(file => file.IsModule).Select(NameOf)];

    public static SourceFile File(string path) => Files.Single(file => file.Path == path);

    public static bool Has(string path) => Files.Any(file => file.Path == path);

    public static string NameOf(SourceFile project) => Path.GetFileNameWithoutExtension(project.Path)["Mana.".Length..];

    public static XDocument Xml(SourceFile project) => XDocument.Parse(project.Text);

    static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (System.IO.File.Exists(Path.Combine(folder, "Mana.Platform.sln")))
                return folder;
        throw new InvalidOperationException("No Mana.Platform.sln above the test's own folder.");
    }

    static IEnumerable<string> Walk(string folder)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder).Where(entry => !NotSource.Contains(Path.GetFileName(entry), StringComparer.Ordinal)))
            if (System.IO.File.Exists(entry))
                yield return entry;
            else
                foreach (var inner in Walk(entry))
                    yield return inner;
    }

    static SourceFile Read(string path) => new(Path.GetRelativePath(Root, path).Replace('\\', '/'), System.IO.File.ReadAllText(path));
}

/// <summary>One file, by its path from the root of the repository.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public bool IsModule => Path.StartsWith("modules/", StringComparison.Ordinal);

    public bool IsMigration => Path.Contains("/Migrations/", StringComparison.Ordinal);

    public string[] Lines => field ??= Text.TrimEnd('\n').Split('\n');
}
