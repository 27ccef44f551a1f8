using System.Globalization;

namespace Mana.Load.Live;

/// <summary>Every socket is an open file, here and in the host. Tells before the run when one of the two may not have enough.</summary>
internal static class OpenFiles
{
    /// <summary>What else a process keeps open: assemblies, the database's connections, ordinary requests.</summary>
    const int Else = 500;

    public static void Check(LoadOptions options, int sockets)
    {
        var server = new Uri(options.Url);
        if (server.Scheme != Uri.UriSchemeHttp)
            throw new LoadProblem("The scenarios with sockets speak plain http only.");
        Check("this load generator", Limit("self"), sockets);
        if (!server.IsLoopback)
            Console.WriteLine($"The host is on another machine; there 'ulimit -n' must be at least {sockets + Else:n0}.");
        else if (Listener(server.Port) is { } process)
            Check($"the host (process {process})", Limit(process), sockets);
        else if (OperatingSystem.IsLinux())
            Console.WriteLine($"The process behind port {server.Port} belongs to somebody else; its 'ulimit -n' must be at least {sockets + Else:n0}.");
    }

    static void Check(string who, long? limit, int sockets)
    {
        if (limit < sockets + Else)
            throw new LoadProblem($"Too few open files: {who} may have {limit:n0}, {sockets:n0} sockets need {sockets + Else:n0}. Start it after 'ulimit -n {sockets + Else}'"
                + ", or give fewer --sockets.");
    }

    /// <summary>The hard limit: .NET raises the soft one to it by itself. Null where there is no <c>/proc</c>, or no limit.</summary>
    static long? Limit(string process)
    {
        var file = $"/proc/{process}/limits";
        if (!File.Exists(file))
            return null;
        var line = File.ReadLines(file).First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }

    /// <summary>Who listens on a port: its socket's inode in the kernel's table, then the process that holds it.</summary>
    static string? Listener(int port)
    {
        const string Listening = "0A";
        var inodes = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length > 9 && parts[3] == Listening && parts[1].EndsWith($":{port:X4}", StringComparison.Ordinal))
            .Select(parts => $"socket:[{parts[9]}]").ToHashSet(StringComparer.Ordinal);
        return inodes.Count == 0 ? null : Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
            .FirstOrDefault(folder => Holds(folder + "/fd", inodes)) is { } found ? Path.GetFileName(found) : null;
    }

    static bool Holds(string folder, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder).Any(file => new FileInfo(file).LinkTarget is { } target && inodes.Contains(target));
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
