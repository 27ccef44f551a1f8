using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mana.EndToEnd.Tests.Http;

/// <summary><c>/metrics</c> of a host that has done something, read by a parser and by Prometheus' own tool.</summary>
public sealed partial class MetricsTests(SharedHost host, Resident resident) : IClassFixture<Resident>
{
    /// <summary>sync.md 11 keeps two gauges of the original whose names end like a counter's.</summary>
    static readonly string[] ForcedBySpecification = ["mana_sync_connections_total", "mana_sync_users_connected"];

    [Fact]
    public async Task Every_line_parses_and_requests_are_counted_by_status()
    {
        var before = await PushesAsync();
        using (var connection = await RawConnection.OpenAsync(host.Address))
            await connection.SendAsync("POST", "/sync/todo", """{"clientId":"metrics","since":"","changes":[]}""", resident.Authorization);

        var text = await ScrapeAsync();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.Matches(line[0] == '#' ? Comment() : Sample(), line);
        // Other tests push at the same time.
        Assert.True(await PushesAsync() > before);
        Assert.Contains("# TYPE mana_sync_requests_total counter", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE mana_sync_request_duration_seconds histogram", text, StringComparison.Ordinal);
        Assert.DoesNotContain(resident.Person.UserId, text, StringComparison.Ordinal);
        Assert.DoesNotContain("@example.test", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_24_8_117_health_keeps_the_keys_of_the_original()
    {
        using var http = host.CreateClient();
        var health = JsonNode.Parse(await http.GetStringAsync("/health"))!.AsObject();
        Assert.Equal("ok", (string?)health["status"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string?)health["timestamp"]);
        Assert.Equal("up", (string?)health["database"]);
        foreach (var key in (string[])["service", "connections", "users", "sse"])
            Assert.NotNull(health[key]);
    }

    [Theory]
    [InlineData("mana_sync_connections_total")]
    [InlineData("mana_sync_users_connected")]
    public async Task Scenario_24_8_118_both_gauges_of_the_original_are_there_as_integers(string name) =>
        Assert.Matches($@"(?m)^{name} \d+$", await ScrapeAsync());

    [Theory]
    [InlineData("mana_sync_requests_total", "counter")]
    [InlineData("mana_sync_request_duration_seconds", "histogram")]
    [InlineData("mana_sync_changes_pushed_total", "counter")]
    [InlineData("mana_sync_changes_duplicate_total", "counter")]
    [InlineData("mana_sync_changes_delivered_total", "counter")]
    [InlineData("mana_sync_sse_connections", "gauge")]
    [InlineData("mana_sync_ws_connections", "gauge")]
    [InlineData("mana_sync_billing_checks_total", "counter")]
    [InlineData("mana_sync_log_rows", "gauge")]
    public async Task The_metrics_of_section_11_are_there(string name, string type)
    {
        using (var connection = await RawConnection.OpenAsync(host.Address))
            await connection.SendAsync("POST", "/sync/todo", """{"clientId":"metrics","since":"","changes":[{"table":"tasks","id":"m1","op":"delete","deletedAt":"2026-01-01T00:00:00Z"}]}""", resident.Authorization);
        Assert.Contains($"# TYPE {name} {type}\n", await ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promtool_has_no_complaint_but_about_names_that_the_specification_forces()
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await promtool.StandardInput.WriteAsync(await ScrapeAsync());
        promtool.StandardInput.Close();
        var said = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();

        Assert.DoesNotContain(said.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !ForcedBySpecification.Any(name => line.StartsWith(name, StringComparison.Ordinal)));
    }

    async Task<string> ScrapeAsync()
    {
        using var http = host.CreateClient();
        return await http.GetStringAsync("/metrics");
    }

    async Task<double> PushesAsync()
    {
        var line = (await ScrapeAsync()).Split('\n')
            .FirstOrDefault(line => line.StartsWith("mana_sync_requests_total{", StringComparison.Ordinal) && line.Contains("endpoint=\"push\"", StringComparison.Ordinal) && line.Contains("status=\"200\"", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^# (HELP [a-zA-Z_:][a-zA-Z0-9_:]* .*|TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram|summary|untyped))$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex("""^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\.)*",?)*\})? (-?[0-9.eE+-]+|NaN|[+-]Inf)( [0-9]+)?$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();
}
