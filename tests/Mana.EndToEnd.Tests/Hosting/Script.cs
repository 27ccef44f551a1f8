using System.Diagnostics;
using Npgsql;

namespace Mana.EndToEnd.Tests.Hosting;

/// <summary>The operator's scripts under <c>infra/</c>, as he calls them.</summary>
internal static class Script
{
    public static string Root { get; } = Find();

    /// <summary>Exit code, standard output, and everything that was said on standard error.</summary>
    public static async Task<(int Exit, string Output, string Said)> RunAsync(string path, IEnumerable<(string Name, string Value)> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Root, path), arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output).Trim(), await error);
    }

    /// <summary>Runs it and expects it to go well; what it printed.</summary>
    public static async Task<string> SucceedAsync(string path, IEnumerable<(string Name, string Value)> environment, params string[] arguments)
    {
        var (exit, output, said) = await RunAsync(path, environment, arguments);
        Assert.True(exit == 0, $"{path}: {exit}\n{output}\n{said}");
        return output;
    }

    /// <summary>A database in the variables of PostgreSQL's own programs.</summary>
    public static (string Name, string Value)[] Postgres(string connection)
    {
        var given = new NpgsqlConnectionStringBuilder(connection);
        return [("PGHOST", given.Host!), ("PGPORT", $"{given.Port}"), ("PGUSER", given.Username!), ("PGDATABASE", given.Database!), ("PGPASSWORD", given.Password ?? "")];
    }

    static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Mana.Platform.sln")))
                return folder;
        throw new InvalidOperationException("No Mana.Platform.sln above the test's own folder.");
    }
}
