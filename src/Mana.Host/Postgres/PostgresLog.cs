using System.Text;

namespace Mana.Host.Postgres;

/// <summary>The server's log file: bounded at each start, so that two files of about ten megabytes are the usual most.</summary>
internal static class PostgresLog
{
    private const long RotateAbove = 10 * 1024 * 1024;

    private const int TailBytes = 4096;

    /// <summary>Moves a long log to <c>.1</c> and makes the file, writable for the server's user, before the server opens it.</summary>
    public static async Task PrepareAsync(PostgresHome home, PostgresAccount account, CancellationToken cancel)
    {
        if (File.Exists(home.LogFile) && new FileInfo(home.LogFile).Length > RotateAbove)
            File.Move(home.LogFile, home.LogFile + ".1", overwrite: true);
        if (File.Exists(home.LogFile))
            return;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (new FileStream(home.LogFile, options))
        {
            // Only its existence and its owner matter.
        }

        await account.OwnAsync(home.LogFile, cancel);
    }

    /// <summary>Where the log ends now: what a start writes comes after it.</summary>
    public static long Position(PostgresHome home) => File.Exists(home.LogFile) ? new FileInfo(home.LogFile).Length : 0;

    /// <summary>The last lines written after <paramref name="position"/>, at most four kilobytes.</summary>
    public static string Tail(PostgresHome home, long position)
    {
        using var file = new FileStream(home.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(Math.Max(Math.Min(position, file.Length), file.Length - TailBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd().Trim();
    }
}
