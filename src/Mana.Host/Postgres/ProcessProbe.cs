using System.Globalization;

namespace Mana.Host.Postgres;

/// <summary>What tells one process from a later one with the same pid.</summary>
internal static class ProcessProbe
{
    /// <summary>
    /// A text that no other process has or will have: the start time as the kernel keeps it (on Linux with the boot it counts from).
    /// Null when no such process runs. <c>Process.StartTime</c> would not do: it is derived from the wall clock and moves with it.
    /// </summary>
    public static async Task<string?> IdentityAsync(int pid, CancellationToken cancel)
    {
        if (!OperatingSystem.IsLinux())
            return await PsAsync("lstart=", pid, cancel);
        if (ReadProc(pid, "stat") is not { } stat)
            return null;
        // The fields follow the command name, which may hold blanks and parentheses itself (proc(5)): state is field 3, starttime 22.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var boot = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", cancel)).Trim();
        return fields[0] is "Z" or "X" ? null : $"{boot}/{fields[19]}";
    }

    /// <summary>Whether <paramref name="pid"/> is alive and was started with one of <paramref name="arguments"/> on its command line.</summary>
    public static async Task<bool> WasStartedWithAsync(int pid, IReadOnlyCollection<string> arguments, CancellationToken cancel)
    {
        if (OperatingSystem.IsLinux())
            return ReadProc(pid, "cmdline")?.Split('\0').Intersect(arguments, StringComparer.Ordinal).Any() == true;
        var command = await PsAsync("command=", pid, cancel);
        return command is not null && arguments.Any(argument => command.Contains(argument, StringComparison.Ordinal));
    }

    private static string? ReadProc(int pid, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
        }
        catch (IOException)
        {
            // Gone, possibly between opening and reading (ESRCH).
            return null;
        }
    }

    private static async Task<string?> PsAsync(string column, int pid, CancellationToken cancel)
    {
        var answer = await PostgresAccount.Self.RunAsync("ps", ["-ww", "-o", column, "-p", pid.ToString(CultureInfo.InvariantCulture)], cancel);
        return answer.Succeeded && answer.Output.Trim() is { Length: > 0 } text ? text : null;
    }
}
