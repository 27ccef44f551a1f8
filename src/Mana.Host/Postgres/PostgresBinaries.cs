using System.Globalization;
using System.Text.RegularExpressions;

namespace Mana.Host.Postgres;

/// <summary>One installed PostgreSQL: a folder that holds <c>initdb</c>, <c>postgres</c> and <c>pg_ctl</c> side by side.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    private static readonly string[] Needed = ["initdb", "postgres", "pg_ctl"];

    public string InitDb => Path.Combine(Folder, "initdb");

    public string Postgres => Path.Combine(Folder, "postgres");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>
    /// The installation to use: for an existing cluster one of its own major version, since no other can open its files;
    /// else the first of PATH, Debian's highest, Homebrew's highest.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nothing usable is installed; the message names the command that helps.</exception>
    public static async Task<PostgresBinaries> FindAsync(EmbeddedPostgresOptions options, int? clusterMajor, CancellationToken cancel)
    {
        string[] folders = options.BinDirectory is { Length: > 0 } only ? [only] : [.. Folders(options.SearchPath, "/")];
        var installed = new List<PostgresBinaries>();
        foreach (var folder in folders.Select(Resolve).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await MajorOfAsync(folder, cancel) is not { } major)
                continue;
            var found = new PostgresBinaries(folder, major);
            if (clusterMajor is null || clusterMajor == major)
                return found;
            installed.Add(found);
        }

        throw new InvalidOperationException(installed.Count == 0
            ? $"No PostgreSQL was found ({(options.BinDirectory is { Length: > 0 } ? options.BinDirectory : "PATH and the usual folders")}). {InstallHint()}"
            : $"The data directory was made by PostgreSQL {clusterMajor}, but only {string.Join(", ", installed.Select(i => i.Major))} is installed. "
                + "Install that version beside it, or move the data over with pg_dump.");
    }

    /// <summary>Candidate folders, best first; <paramref name="root"/> is "/" except in tests.</summary>
    internal static IEnumerable<string> Folders(string? searchPath, string root)
    {
        var onPath = (searchPath ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(Path.IsPathRooted);
        return
        [
            .. onPath,
            .. Versioned(Path.Combine(root, "usr/lib/postgresql"), "*"),
            .. Versioned(Path.Combine(root, "opt/homebrew/opt"), "postgresql@*"),
            .. Versioned(Path.Combine(root, "usr/local/opt"), "postgresql@*"),
            Path.Combine(root, "opt/homebrew/bin"),
            Path.Combine(root, "usr/local/pgsql/bin"),
        ];
    }

    /// <summary>The real folder behind the links in <paramref name="folder"/>, or null when PostgreSQL is not complete there.</summary>
    internal static string? Resolve(string folder)
    {
        var initDb = new FileInfo(Path.Combine(folder, "initdb"));
        if (!initDb.Exists)
            return null;
        // A link in a bin folder points to where the siblings are; they need not be linked too.
        var real = Path.GetDirectoryName(initDb.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? initDb.FullName)!;
        return Needed.All(name => File.Exists(Path.Combine(real, name))) ? real : null;
    }

    private static IEnumerable<string> Versioned(string parent, string pattern) =>
        !Directory.Exists(parent)
            ? []
            : Directory.EnumerateDirectories(parent, pattern)
                .Select(folder => (folder, version: TrailingNumber().Match(folder)))
                .Where(found => found.version.Success)
                .OrderByDescending(found => int.Parse(found.version.ValueSpan, CultureInfo.InvariantCulture))
                .Select(found => Path.Combine(found.folder, "bin"));

    private static async Task<int?> MajorOfAsync(string folder, CancellationToken cancel)
    {
        var answer = await PostgresAccount.Self.RunAsync(Path.Combine(folder, "postgres"), ["--version"], cancel);
        var version = VersionAnswer().Match(answer.Output);
        return answer.Succeeded && version.Success ? int.Parse(version.Groups["major"].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    private static string InstallHint()
    {
        if (OperatingSystem.IsMacOS())
            return "Install it with: brew install postgresql@16";
        var debian = File.Exists("/etc/debian_version");
        return debian ? "Install it with: apt-get install postgresql" : "Install the package postgresql-server with your system's package manager.";
    }

    [GeneratedRegex(@"[0-9]{1,4}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TrailingNumber();

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>[0-9]{1,4})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionAnswer();
}
