using OpenTelemetry;

namespace Mana.Kernel.Telemetry;

/// <summary>
/// The two names that the older alert rules use, printed from the same series as <c>http_server_request_duration_seconds</c>:
/// nothing is measured or stored twice. Labels: <c>method</c>, <c>route</c> (absent when no route matched), <c>status</c>.
/// </summary>
internal static class HttpAliases
{
    private const string Requests = "http_requests_total";
    private const string Duration = "http_request_duration_seconds";

    internal static void Add(PrometheusExporter page, in Series duration, string labels)
    {
        page.Family(Duration, FamilyKind.Histogram, "Duration of HTTP requests, by method, route and status.")?.Add(duration with { Labels = labels });
        var count = 0L;
        foreach (var bucket in duration.Counts!) count += bucket;
        page.Family(Requests, FamilyKind.Counter, "HTTP requests that ended, by method, route and status.")?.Add(new(labels, count));
    }

    internal static IEnumerable<KeyValuePair<string, object?>> Labels(ReadOnlyTagCollection tags)
    {
        var renamed = new List<KeyValuePair<string, object?>>(tags.Count);
        foreach (var tag in tags) renamed.Add(new(Rename(tag.Key), tag.Value));
        return renamed;
    }

    private static string Rename(string key) => key switch
    {
        "http.request.method" => "method",
        "http.route" => "route",
        "http.response.status_code" => "status",
        _ => key,
    };
}
