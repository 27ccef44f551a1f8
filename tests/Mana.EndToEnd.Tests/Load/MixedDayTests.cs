using System.Globalization;
using System.Text.RegularExpressions;
using Mana.Testing;

namespace Mana.EndToEnd.Tests.Load;

/// <summary>A very small day of the load tool against a host with everything that it asks for.</summary>
public sealed class MixedDayTests
{
    const int People = 4;
    const string ServiceKey = "load-service-key-0123456789";
    const string WebhookSecret = "whsec_load_tool_0123456789";
    const string Registration = "0123456789abcdef0123456789abcdef";

    /// <summary>What a day has to touch; the rare ones happen at least once.</summary>
    static readonly string[] Expected =
    [
        "POST /sync/{app}", "GET /sync/{app}/pull", "GET /ws (open)", "GET /sync/stream (open)", "hint on the socket", "POST /api/v1/auth/refresh", "POST /api/v1/auth/register", "POST /api/v1/auth/login",
        "GET /api/v1/settings", "GET /api/v1/tags", "GET /api/v1/credits/balance", "POST /api/v1/internal/credits/use", "POST /api/v1/calendar/events/expand",
        "POST /api/v1/todo/compute/next-occurrence", "POST /api/v1/todo/tasks/{id}/reminders", "POST /api/v1/webhooks/stripe", "GET /api/v1/calendar/feed/{token}.ics", "POST /api/auth/oauth2/token",
        "GET /api/v1/public/feedback/feed", "POST /api/v1/feedback/{id}/react", "POST /api/v1/calendar/import/ics", "GET /metrics",
    ];

    [Fact]
    public async Task A_day_of_a_few_people_has_no_errors_loses_nothing_and_is_told_as_table_json_and_picture()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        try
        {
            await using var host = await HostProcess.StartAsync(database, ("MANA_SERVICE_KEY", ServiceKey), ("OIDC_REGISTRATION_TOKEN", Registration), ("STRIPE_MODE", "test"), ("STRIPE_SECRET_KEY", "sk_test_fake"),
                ("STRIPE_WEBHOOK_SECRET", WebhookSecret), ("STRIPE_API_BASE", "http://127.0.0.1:9"));
            using var tool = new LoadTool();

            var (exit, said) = await tool.RunAsync("mixed-day", "--url", host.Address.ToString().TrimEnd('/'), "--users", $"{People}", "--minutes", "0.08", "--json", "day.json", "--plot", "day.svg",
                "--service-key", ServiceKey, "--webhook-secret", WebhookSecret, "--registration", Registration);

            Assert.True(exit == 0, said);
            Assert.DoesNotContain("left out", said, StringComparison.Ordinal);
            foreach (var endpoint in Expected)
                Assert.Matches($@"(?m)^ +{Regex.Escape(endpoint)} +[1-9][\d,]* +0 ", said);

            var stored = await tool.ResultAsync("day.json");
            Assert.DoesNotContain(ServiceKey, stored.GetRawText(), StringComparison.Ordinal);
            var day = stored.GetProperty("median");
            Assert.Equal((0, 0), (day.GetProperty("Errors").GetInt32(), day.GetProperty("Broken").GetInt32()));
            var figures = day.GetProperty("Figures");
            Assert.Equal(0, figures.GetProperty("lost").GetInt32());
            // Both ways of reading, of the other device.
            Assert.Equal(2 * figures.GetProperty("changes acknowledged").GetInt32(), figures.GetProperty("deliveries checked").GetInt32());
            Assert.InRange(figures.GetProperty("host CPU s").GetDouble(), 0.01, 600);
            // Planned by seed: as many on every machine.
            var pushes = day.GetProperty("Endpoints").EnumerateArray().Single(one => one.GetProperty("Endpoint").GetString() == "POST /sync/{app}");
            Assert.Equal(40 * People, pushes.GetProperty("Requests").GetInt32());
            var hours = day.GetProperty("Timeline").EnumerateArray().Select(point => point.GetProperty("Hour").GetDouble()).ToList();
            Assert.True(hours is [< 3, .., > 21], string.Join(' ', hours.Select(hour => hour.ToString(CultureInfo.InvariantCulture))));

            var texts = tool.TextsOf("day.svg");
            foreach (var text in (string[])["requests per second", "latency, ms (logarithmic)", "processor of the host, % of one", "memory of the host, MB", "6:00", "p99"])
                Assert.Contains(text, texts);
        }
        finally
        {
            await TestCluster.DropDatabaseAsync(database);
        }
    }
}
