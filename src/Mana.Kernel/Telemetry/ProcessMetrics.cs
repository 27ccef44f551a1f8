using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace Mana.Kernel.Telemetry;

/// <summary>Which build runs, and what the process uses, under the names that every Prometheus dashboard knows.</summary>
internal sealed class ProcessMetrics(IMeterFactory meters)
{
    /// <summary>Version of the host's assembly: <c>1.2.3+commit</c> where the build recorded it.</summary>
    internal static string Version { get; } =
        (Assembly.GetEntryAssembly() ?? typeof(ProcessMetrics).Assembly)
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    internal void Start()
    {
        var meter = meters.ForModule("Kernel");
        var version = new KeyValuePair<string, object?>("version", Version);
        meter.CreateObservableGauge("mana_build_info", () => new Measurement<int>(1, version), description: "Always 1; the label says which build runs.");

        meter.CreateObservableGauge(
            "process_resident_memory_bytes", static () => Environment.WorkingSet, description: "Resident memory size in bytes.");
        meter.CreateObservableCounter(
            "process_cpu_seconds_total", static () => CpuSeconds(), description: "User and system CPU time spent, in seconds.");

        // Where the program lies: in a container the disk of the machine, which the database shares unless it was given its own.
        meter.CreateObservableGauge("mana_disk_free_bytes", static () => Disk(static drive => drive.AvailableFreeSpace), description: "Free space of the disk that the program lies on");
        meter.CreateObservableGauge("mana_disk_size_bytes", static () => Disk(static drive => drive.TotalSize), description: "Size of that disk");

        var started = StartSeconds();
        meter.CreateObservableGauge(
            "process_start_time_seconds", () => started, description: "Start time of the process, in seconds since the Unix epoch.");
    }

    private static double CpuSeconds()
    {
        // The platform guard is for the analyser: the host runs on Linux and macOS.
        if (OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsBrowser()) return 0;
        return Environment.CpuUsage.TotalTime.TotalSeconds;
    }

    private static IEnumerable<Measurement<long>> Disk(Func<DriveInfo, long> figure)
    {
        try
        {
            return [new(figure(new DriveInfo(AppContext.BaseDirectory)))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    internal static double StartSeconds()
    {
        if (OperatingSystem.IsIOS() || OperatingSystem.IsTvOS()) return 0;
        using var process = Process.GetCurrentProcess();
        return (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
    }
}
