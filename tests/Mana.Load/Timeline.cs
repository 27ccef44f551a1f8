namespace Mana.Load;

/// <summary>One endpoint of a run of many; milliseconds.</summary>
internal sealed record EndpointResult(string Endpoint, int Requests, int Errors, double P50, double P95, double P99, double Max);

/// <summary>A piece of a run: its middle in minutes of the run and as the simulated hour, what was asked, and what the host used.</summary>
/// <param name="Planned">Requests a second that the day's curve wants.</param>
/// <param name="P99">Milliseconds; null when nothing was asked.</param>
/// <param name="CpuPercent">Of one processor: 200 are two of them.</param>
/// <param name="Live">Open sockets and streams at its end.</param>
internal sealed record TimelinePoint(double Minute, double Hour, double RequestsPerSecond, double Planned, double? P50, double? P99, int Errors, double? CpuPercent, double? MemoryMb, int Live);
