using System.Globalization;

namespace Mana.Host.Postgres;

/// <summary>A running server as its <c>postmaster.pid</c> describes it: line 1 the pid, line 2 the data directory, line 5 the socket folder.</summary>
internal sealed record Postmaster(int Pid, string? Sockets)
{
    /// <summary>The server that runs on this cluster, null when none does, whatever a left-over <c>postmaster.pid</c> says.</summary>
    public static async Task<Postmaster?> FindAsync(PostgresHome home, CancellationToken cancel)
    {
        if (await ReadAsync(home, cancel) is not { } file)
            return null;
        // Both spellings: the server may have been started through another path to the same directory.
        return await ProcessProbe.WasStartedWithAsync(file.Pid, [home.Cluster, file.Directory], cancel) ? new Postmaster(file.Pid, file.Sockets) : null;
    }

    /// <summary>
    /// Clears what a dead server left. Call only when <see cref="FindAsync"/> found none, and under the host lock.
    /// <c>postmaster.pid</c> goes only when its pid is alive as some other program, which PostgreSQL would take for a server; in
    /// every other case PostgreSQL judges the file better itself. Backends that outlive their postmaster are still noticed: their shared memory
    /// is found by the directory's inode.
    /// </summary>
    public static async Task ClearStaleAsync(PostgresHome home, CancellationToken cancel)
    {
        if (await ReadAsync(home, cancel) is not { } file)
            return;
        PostgresSocket.DeleteTemporary(file.Sockets);
        if (await ProcessProbe.IdentityAsync(file.Pid, cancel) is not null)
            File.Delete(FileOf(home));
    }

    private static string FileOf(PostgresHome home) => Path.Combine(home.Cluster, "postmaster.pid");

    private static async Task<(int Pid, string Directory, string? Sockets)?> ReadAsync(PostgresHome home, CancellationToken cancel)
    {
        try
        {
            var lines = await File.ReadAllLinesAsync(FileOf(home), cancel);
            return lines.Length >= 2 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                ? (pid, lines[1], lines.ElementAtOrDefault(4) is { Length: > 0 } sockets ? sockets : null)
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
