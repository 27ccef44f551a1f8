using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mana.Load;

/// <summary>Starts a host of its own, on an embedded PostgreSQL in a temporary folder, and measures how long it takes and what it occupies.</summary>
internal static class HostStart
{
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    /// <summary>Latency columns: time from process start to the first good <c>/health/ready</c>; memory: resident after ten idle seconds.</summary>
    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("mana-load-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        try
        {
            await OnceAsync(options, folder, TimeSpan.Zero); // Makes and migrates the database.
            var (took, memory) = await OnceAsync(options, folder, Idle);
            return new RunResult("host ready on a migrated database, embedded PostgreSQL included", 1, 0, 0, took.TotalSeconds, took.TotalMilliseconds, took.TotalMilliseconds, took.TotalMilliseconds, took.TotalMilliseconds)
            {
                HostMemory = new MemoryUse(memory, memory, memory),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<(TimeSpan Ready, double ResidentMb)> OnceAsync(LoadOptions options, string folder, TimeSpan idle)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [options.HostDll]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["ASPNETCORE_ENVIRONMENT"], start.Environment["PORT"]) = ("Development", $"{port}");
        start.Environment.Remove("DATABASE_URL");
        var began = Stopwatch.GetTimestamp();
        using var host = Process.Start(start)!;
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
        while (!await IsReadyAsync(http))
        {
            if (host.HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(60))
                throw new InvalidOperationException("The host did not become ready.");
            await Task.Delay(5);
        }

        var took = Stopwatch.GetElapsedTime(began);
        await Task.Delay(idle);
        host.Refresh();
        var resident = host.WorkingSet64 / 1024.0 / 1024.0;
        using (var stop = Process.Start("kill", ["-TERM", $"{host.Id}"]))
            await stop.WaitForExitAsync();
        await host.WaitForExitAsync();
        return (took, resident);
    }

    static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
