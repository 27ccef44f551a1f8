using System.Globalization;

namespace Mana.Load;

/// <summary>One reading of the host's <c>/metrics</c>: series of the same name are added up.</summary>
internal sealed class MetricsPage
{
    readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);

    MetricsPage(string page)
    {
        foreach (var line in page.Split('\n'))
        {
            var value = line.LastIndexOf(' ');
            if (value <= 0 || line[0] == '#' || !double.TryParse(line.AsSpan(value + 1), CultureInfo.InvariantCulture, out var number))
                continue;
            var name = line.Split('{', ' ')[0];
            _sums[name] = _sums.GetValueOrDefault(name) + number;
        }
    }

    public static async Task<MetricsPage> ReadAsync(HttpClient http, CancellationToken cancellationToken = default) =>
        new(await http.GetStringAsync("/metrics", cancellationToken));

    /// <summary>Null when the host shows no such series.</summary>
    public double? Find(string name) => _sums.TryGetValue(name, out var value) ? value : null;

    public double ResidentMb => (Find("process_resident_memory_bytes") ?? 0) / 1024 / 1024;

    public double? ManagedMb => Find("dotnet_gc_last_collection_heap_size_bytes") / 1024 / 1024;
}
