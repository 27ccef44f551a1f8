using System.Diagnostics;
using System.Globalization;

namespace Mana.EndToEnd.Tests.Hosting;

internal static class Signals
{
    /// <summary>.NET can send SIGKILL only; the rest is <c>kill(1)</c>.</summary>
    public static async Task SendAsync(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
