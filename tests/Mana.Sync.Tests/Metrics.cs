using System.Globalization;
using Mana.Testing;

namespace Mana.Sync.Tests;

internal static class Metrics
{
    /// <summary>The value of one series of <c>/metrics</c>, its labels as they are written there; 0 for what was never measured.</summary>
    public static async Task<double> MeasuredAsync(this TestHost host, string series)
    {
        using var http = host.CreateClient();
        var lines = (await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Split('\n');
        return lines.FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal)) is { } line ? double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) : 0;
    }
}
