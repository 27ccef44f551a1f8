using System.Security.Cryptography;
using System.Text;

namespace Mana.Host.Postgres;

/// <summary>
/// The folder of the Unix socket. Whoever can open the socket is the superuser (authentication is <c>trust</c>), so the folder is
/// 0700 and PostgreSQL's own: inside the data directory, or, where that path does not fit into a socket address, a new one
/// under the temp path with a name of 128 random bits that nobody can have made before.
/// </summary>
internal static class PostgresSocket
{
    public const string Port = "5432";

    private const string TemporaryPrefix = "mana-pg-";

    // sizeof(sun_path) - 1: 107 on Linux, 103 on macOS and the BSDs.
    private static readonly int MaxPathBytes = OperatingSystem.IsLinux() ? 107 : 103;

    /// <summary>Whether a socket in <paramref name="folder"/> can be named, both to the kernel and in a connection string.</summary>
    public static bool Fits(string folder) =>
        Encoding.UTF8.GetByteCount($"{folder}/.s.PGSQL.{Port}") <= MaxPathBytes
        // PostgreSQL and Npgsql read these as separators of several folders, hosts or a port.
        && folder.AsSpan().IndexOfAny(",:\"'") < 0;

    /// <summary>Makes an empty socket folder for a server that is about to start. The caller has proven that no server uses the old one.</summary>
    public static async Task<string> CreateAsync(PostgresHome home, PostgresAccount account, CancellationToken cancel)
    {
        var folder = Fits(home.Sockets) ? home.Sockets : await TemporaryAsync(account, cancel);
        Delete(folder);
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("The embedded PostgreSQL needs Unix sockets with file permissions.");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await account.OwnAsync(folder, cancel);
        return folder;
    }

    /// <summary>Removes a temporary folder that a server has left; a folder inside a data directory stays.</summary>
    public static void DeleteTemporary(string? folder)
    {
        if (folder is not null && Path.GetFileName(folder).StartsWith(TemporaryPrefix, StringComparison.Ordinal))
            Delete(folder);
    }

    private static async Task<string> TemporaryAsync(PostgresAccount account, CancellationToken cancel)
    {
        foreach (var parent in (string[])[Path.TrimEndingDirectorySeparator(Path.GetTempPath()), "/tmp"])
        {
            var folder = Path.Combine(parent, TemporaryPrefix + RandomNumberGenerator.GetHexString(32, lowercase: true));
            if (Fits(folder) && await account.CanEnterAsync(parent, cancel))
                return folder;
        }

        throw new InvalidOperationException("The path of the data directory is too long for a Unix socket, and no temporary folder is short enough either.");
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
