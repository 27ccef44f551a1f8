using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mana.Kernel.Tests.Telemetry;

/// <summary>The parser and linter of Prometheus itself reads our page.</summary>
public sealed class PromtoolTests
{
    private const string InDebian = "/usr/bin/promtool";

    // The name is given by the sync specification (the old server's gauge); the linter wants _total for counters only.
    private const string KnownLint = "mana_sync_connections_total non-counter metrics should not have \"_total\" suffix";

    [Fact]
    public async Task The_whole_page_parses_and_has_no_lint_but_the_known_one()
    {
        await using var host = await WebHost.StartAsync();
        var meter = host.App.Services.GetRequiredService<IMeterFactory>().ForModule("Sync");
        meter.CreateCounter<long>("mana_sync_requests_total", description: "Requests.").Add(1, new("endpoint", "a\"b\\c\nd"), new("status", 200));
        meter.CreateHistogram<double>("mana_sync_request_duration_seconds", "s", "Durations.").Record(0.2);
        meter.CreateObservableGauge("mana_sync_connections_total", () => 1, description: "Connections.");
        meter.CreateGauge<double>("mana_sync_odd", description: "Odd \\ values\nhere.").Record(double.NaN);
        await host.Client.GetStringAsync("/things/7");
        await host.Client.GetStringAsync("/metrics");
        var page = await host.Client.GetStringAsync("/metrics");
        Assert.Contains("http_requests_total{", page, StringComparison.Ordinal);

        var (exit, output) = await CheckAsync(page);

        Assert.Equal(KnownLint, output.Trim());
        Assert.Equal(3, exit);
    }

    [Fact]
    public async Task Promtool_would_notice_a_broken_page()
    {
        var (exit, output) = await CheckAsync("# TYPE a counter\na{b=\"unterminated} 1\n");
        Assert.Equal(1, exit);
        Assert.Contains("error", output, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<(int Exit, string Output)> CheckAsync(string page)
    {
        using var promtool = Start();
        var error = promtool.StandardError.ReadToEndAsync();
        var output = promtool.StandardOutput.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(page);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await output + await error);
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        if (File.Exists(InDebian)) start.FileName = InDebian;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Fail(
                "promtool is neither in /usr/bin nor on PATH: install the Debian package 'prometheus' (apt-get install prometheus); infra/test does so.");
            throw;
        }
    }
}
