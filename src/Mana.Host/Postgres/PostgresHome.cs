using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Host.Postgres;

/// <summary>
/// The layout of the data directory. When the host is root, the directory itself stays root's and only <c>cluster</c>, <c>run</c>
/// and the log are PostgreSQL's: a PostgreSQL that was broken into cannot lead root's writes elsewhere by planting links.
/// </summary>
internal sealed class PostgresHome(string root)
{
    /// <summary>Where a root host keeps a cluster whose wanted place its unprivileged user cannot reach.</summary>
    internal const string FallbackRoot = "/var/lib/mana-platform";

    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public string Root { get; } = root;

    public string Cluster => Path.Combine(Root, "cluster");

    public string Sockets => Path.Combine(Root, "run");

    public string LogFile => Path.Combine(Root, "postgres.log");

    public string OwnerFile => Path.Combine(Root, "host.pid");

    public string LockFile => Path.Combine(Root, "host.lock");

    /// <summary>The major version that made the cluster, null when there is no cluster.</summary>
    public int? ClusterMajor => File.Exists(VersionFile) ? int.Parse(File.ReadAllText(VersionFile), CultureInfo.InvariantCulture) : null;

    private string VersionFile => Path.Combine(Cluster, "PG_VERSION");

    /// <summary>The home for the wanted directory, created and reachable for <paramref name="account"/>.</summary>
    /// <exception cref="InvalidOperationException">The directory is somebody else's, or holds a cluster that cannot be reached.</exception>
    public static async Task<PostgresHome> PrepareAsync(string wanted, PostgresAccount account, ILogger logger, CancellationToken cancel)
    {
        var home = new PostgresHome(wanted);
        if (account.IsOther)
        {
            var fallback = new PostgresHome(FallbackOf(wanted));
            var reachable = await account.CanEnterAsync(NearestExisting(Path.GetDirectoryName(wanted) ?? "/"), cancel);
            // Starting empty elsewhere would look like lost data, in both directions.
            if (!reachable && home.ClusterMajor is not null)
                throw new InvalidOperationException($"{wanted} holds a cluster, but the user {account.Name} cannot get through its parent folders. "
                    + "Open them for others (chmod o+x), move the directory, or run the host as the user who made it.");
            if (!reachable || (home.ClusterMajor is null && fallback.ClusterMajor is not null))
            {
                logger.LogWarning("PostgreSQL's data is kept in {Fallback} instead of {Wanted}, which the user {User} cannot reach or could not when the data was made",
                    fallback.Root, wanted, account.Name);
                home = fallback;
            }
        }

        home.Create(account.IsOther);
        if (account.IsOther && !await account.CanEnterAsync(home.Root, cancel))
            throw new InvalidOperationException($"The user {account.Name} cannot get into {home.Root}.");
        return home;
    }

    internal static string FallbackOf(string wanted) =>
        Path.Combine(FallbackRoot, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)))[..12]);

    private static string NearestExisting(string directory) =>
        Directory.Exists(directory) ? directory : NearestExisting(Path.GetDirectoryName(directory) ?? "/");

    private void Create(bool passable)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("The embedded PostgreSQL needs Unix sockets with file permissions.");
        // The lock file is the first thing a host makes here; looked for last, so that a host starting beside us is not in the way.
        if (Directory.Exists(Root) && ClusterMajor is null && Directory.EnumerateFileSystemEntries(Root).Any() && !File.Exists(LockFile))
            throw new InvalidOperationException($"{Root} is neither empty nor a data directory of this host; it is left alone.");

        // The umask of a hardened root (077) would close the folders made on the way.
        var missing = new Stack<string>();
        for (var parent = Path.GetDirectoryName(Root); parent is not null && !Directory.Exists(parent); parent = Path.GetDirectoryName(parent))
            missing.Push(parent);
        foreach (var parent in missing)
        {
            Directory.CreateDirectory(parent);
            File.SetUnixFileMode(parent, Passable | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (passable)
            File.SetUnixFileMode(Root, Passable);
    }
}
