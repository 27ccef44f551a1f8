using System.Security.Cryptography;

namespace Mana.Host.Postgres;

/// <summary>
/// Makes the cluster. <c>initdb</c> works in a sibling folder that is renamed when it is complete: a folder named <c>cluster</c> is a
/// whole one, whenever the host was killed.
/// </summary>
internal static class PostgresCluster
{
    private const string Unfinished = "cluster.init-";

    /// <summary>Call under the host lock. Does nothing but check the owner when the cluster exists.</summary>
    public static async Task EnsureAsync(
        PostgresHome home, PostgresBinaries binaries, PostgresAccount account, bool durable, ILogger logger, CancellationToken cancel)
    {
        DeleteUnfinished(home, logger);
        if (home.ClusterMajor is not null)
        {
            await account.OwnAsync(home.Cluster, cancel);
            return;
        }

        logger.LogInformation("Making a PostgreSQL {Major} cluster in {Directory}", binaries.Major, home.Cluster);
        // C.UTF-8 is missing on older systems; then C, which sorts the same and only knows ASCII letters.
        var made = await InitAsync(home, binaries, account, "C.UTF-8", durable, cancel);
        if (!made.Succeeded && made.Output.Contains("locale", StringComparison.OrdinalIgnoreCase))
            made = await InitAsync(home, binaries, account, "C", durable, cancel);
        if (!made.Succeeded)
            throw new InvalidOperationException($"initdb failed as the user {account.Name}: {made.Output.Trim()}");
    }

    private static async Task<CommandAnswer> InitAsync(
        PostgresHome home, PostgresBinaries binaries, PostgresAccount account, string locale, bool durable, CancellationToken cancel)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("The embedded PostgreSQL needs Unix sockets with file permissions.");
        // A new name each time: an initdb whose host was killed may still be writing into the old one.
        var unfinished = Path.Combine(home.Root, Unfinished + RandomNumberGenerator.GetHexString(8, lowercase: true));
        Directory.CreateDirectory(unfinished, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await account.OwnAsync(unfinished, cancel);
        string[] arguments =
        [
            "-D", unfinished, "--username=postgres", "--encoding=UTF8", $"--locale={locale}", "--data-checksums",
            "--auth-local=trust", "--auth-host=reject",
        ];
        var answer = await account.RunAsync(binaries.InitDb, durable ? arguments : [.. arguments, "--no-sync"], cancel);
        if (answer.Succeeded)
            Directory.Move(unfinished, home.Cluster);
        else
            Directory.Delete(unfinished, recursive: true);
        return answer;
    }

    private static void DeleteUnfinished(PostgresHome home, ILogger logger)
    {
        foreach (var folder in Directory.EnumerateDirectories(home.Root, Unfinished + "*"))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException e)
            {
                logger.LogWarning(e, "An unfinished cluster could not be removed: {Folder}", folder);
            }
        }
    }
}
