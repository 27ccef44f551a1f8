using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.EndToEnd.Tests.Operations;

/// <summary><c>infra/monitoring</c>: files that Prometheus accepts, alarms that ring when they should, and no name that no host knows.</summary>
public sealed partial class MonitoringTests
{
    static readonly string Folder = Path.Combine(AppContext.BaseDirectory[..AppContext.BaseDirectory.LastIndexOf(Path.DirectorySeparatorChar + "tests" + Path.DirectorySeparatorChar, StringComparison.Ordinal)], "infra", "monitoring");

    /// <summary>Of Prometheus itself; and of the nightly backup and the public certificate, which a host in a test has neither of.</summary>
    static readonly string[] Elsewhere =
    [
        "up", "ALERTS", "mana_backup_ok", "mana_backup_last_run_timestamp_seconds", "mana_backup_last_success_timestamp_seconds", "mana_backup_last_verified_timestamp_seconds",
        "mana_wal_ok", "mana_wal_archived_until_timestamp_seconds", "mana_wal_base_timestamp_seconds", "mana_wal_last_proven_timestamp_seconds",
        "mana_certificate_expiry_timestamp_seconds",
    ];

    static readonly string[] Words = ["by", "on", "and", "or", "unless", "without", "bool", "offset", "ignoring", "group_left", "group_right"];

    public static TheoryData<string> Dashboards => [.. Directory.GetFiles(Path.Combine(Folder, "grafana", "dashboards"), "*.json").Select(file => Path.GetFileName(file)!)];

    [Theory]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("check", "rules", "alerts.yml")]
    [InlineData("test", "rules", "alerts.test.yml")]
    public async Task Promtool_accepts(string verb, string what, string file)
    {
        var (exit, said) = await PromtoolAsync(verb, what, file);
        Assert.True(exit == 0, said);
        Assert.Contains("SUCCESS", said, StringComparison.Ordinal);
    }

    /// <summary>What is tested are the rules, not the tester: with one threshold moved, a test must fail.</summary>
    [Fact]
    public async Task The_tests_of_the_rules_can_fail()
    {
        var copy = Directory.CreateTempSubdirectory("mana-rules-");
        try
        {
            var rules = await File.ReadAllTextAsync(Path.Combine(Folder, "alerts.yml"), TestContext.Current.CancellationToken);
            var moved = rules.Replace("max(stripe_event_lag_seconds) > 300", "max(stripe_event_lag_seconds) > 3000", StringComparison.Ordinal);
            Assert.NotEqual(rules, moved);
            await File.WriteAllTextAsync(Path.Combine(copy.FullName, "alerts.yml"), moved, TestContext.Current.CancellationToken);
            File.Copy(Path.Combine(Folder, "alerts.test.yml"), Path.Combine(copy.FullName, "alerts.test.yml"));
            Assert.NotEqual(0, (await PromtoolAsync("test", "rules", Path.Combine(copy.FullName, "alerts.test.yml"))).Exit);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Rules_and_dashboards_use_names_that_a_host_exposes()
    {
        var known = await ExposedAsync();
        var rules = await File.ReadAllTextAsync(Path.Combine(Folder, "alerts.yml"), TestContext.Current.CancellationToken);
        foreach (Match record in Record().Matches(rules))
            known.Add(record.Groups["name"].Value);
        known.UnionWith(Elsewhere);
        var expressions = Expression().Matches(rules).Select(match => match.Groups["text"].Value).ToList();
        Assert.True(expressions.Count > 40, $"{expressions.Count} expressions");
        foreach (var file in Directory.GetFiles(Path.Combine(Folder, "grafana", "dashboards"), "*.json"))
            expressions.AddRange(Expressions(file));
        Assert.True(expressions.Count > 100, $"{expressions.Count} expressions");
        var unknown = expressions.SelectMany(text => Names(text).Where(name => !known.Contains(name)).Select(name => $"{name} in {text}")).Distinct().ToList();
        Assert.True(unknown.Count == 0, string.Join('\n', unknown));
        Assert.Equal(["mana_made_up_total"], Names("sum by (x) (rate(mana_made_up_total{a=\"b\"}[5m]))"));
        Assert.DoesNotContain("mana_made_up_total", known);
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_dashboard_is_whole(string file)
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "grafana", "dashboards", file)))!;
        Assert.Equal("mana-" + Path.GetFileNameWithoutExtension(file), (string?)dashboard["uid"]);
        var panels = dashboard["panels"]!.AsArray();
        Assert.True(panels.Count >= 8);
        Assert.Equal(panels.Count, panels.Select(panel => (int)panel!["id"]!).Distinct().Count());
        var taken = new HashSet<(int, int)>();
        foreach (var panel in panels)
        {
            Assert.Equal("mana", (string?)panel!["datasource"]!["uid"]);
            Assert.All(panel["targets"]!.AsArray(), target => Assert.NotEqual("", (string?)target!["expr"]));
            var at = panel["gridPos"]!;
            for (var x = (int)at["x"]!; x < (int)at["x"]! + (int)at["w"]!; x++)
                for (var y = (int)at["y"]!; y < (int)at["y"]! + (int)at["h"]!; y++)
                    Assert.True(x < 24 && taken.Add((x, y)), $"{panel["title"]} lies on another panel");
        }
    }

    static IEnumerable<string> Expressions(string dashboard) =>
        from panel in JsonNode.Parse(File.ReadAllText(dashboard))!["panels"]!.AsArray()
        from target in panel!["targets"]!.AsArray()
        select (string)target!["expr"]!;

    /// <summary>What is neither function, label, text nor keyword.</summary>
    static IEnumerable<string> Names(string expression)
    {
        var bare = Noise().Replace(expression, " ");
        return Name().Matches(bare).Select(match => match.Value).Where(name => !Words.Contains(name, StringComparer.Ordinal)).Distinct(StringComparer.Ordinal);
    }

    /// <summary>What a host of this code declares, whether or not it has happened yet, and what its page says.</summary>
    static async Task<HashSet<string>> ExposedAsync()
    {
        var declared = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                lock (declared)
                    declared.UnionWith(Printed(instrument));
            },
        };
        listener.Start();
        var database = await TestCluster.CreateDatabaseAsync();
        try
        {
            List<Type> metrics = [];
            await using var host = new TestHost(database).With(services => metrics.AddRange(
                services.Where(service => service.Lifetime == ServiceLifetime.Singleton).Select(service => service.ServiceType).Where(type => type.Name.EndsWith("Metrics", StringComparison.Ordinal))));
            await host.StartAsync();
            metrics.ForEach(type => host.Services.GetRequiredService(type));
            using var http = host.CreateClient();
            await http.GetStringAsync("/api/auth/jwks", TestContext.Current.CancellationToken);
            var page = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
            lock (declared)
                return [.. declared, .. Sample().Matches(page).Select(match => match.Groups["name"].Value)];
        }
        finally
        {
            await TestCluster.DropDatabaseAsync(database);
        }
    }

    static string[] Printed(Instrument instrument) => instrument.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal)
        ? [instrument.Name + "_bucket", instrument.Name + "_count", instrument.Name + "_sum"]
        : [instrument.Name];

    static async Task<(int Exit, string Said)> PromtoolAsync(params string[] arguments)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        })!;
        var output = promtool.StandardOutput.ReadToEndAsync();
        var error = promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await output + await error);
    }

    [GeneratedRegex(@"^\s*- record: (?<name>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Record();

    [GeneratedRegex(@"^\s*expr: (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Expression();

    [GeneratedRegex("""\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\b(by|on|without|ignoring)\s*\([^)]*\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Noise();

    [GeneratedRegex(@"(?<![\w.:])[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)[ {]", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();
}
