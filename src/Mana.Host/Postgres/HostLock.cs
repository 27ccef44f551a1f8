namespace Mana.Host.Postgres;

/// <summary>
/// Lets one host at a time make, start, adopt or stop the server of a data directory. The lock is the kernel's (flock), so a
/// killed host gives it back; the file itself is never deleted, or two hosts could hold locks on two files of one name.
/// </summary>
internal static class HostLock
{
    // Longer than an initdb on a slow disk followed by a start of 30 s.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for this host's turn; disposing the stream ends it.</summary>
    /// <exception cref="TimeoutException">Another host has held the lock for two minutes.</exception>
    public static async Task<FileStream> AcquireAsync(string file, TimeProvider time, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
            {
                if (time.GetElapsedTime(start) > Limit)
                    throw new TimeoutException($"Another host has been starting or stopping PostgreSQL for {Limit.TotalSeconds} s ({file}).", e);
            }

            await Task.Delay(Pause, time, cancel);
        }
    }
}
