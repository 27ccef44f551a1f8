namespace Mana.Kernel.Telemetry;

/// <summary>From instrument names (dots, separate units) to Prometheus names.</summary>
internal static class PrometheusNames
{
    // A plain number called …_count would collide with the series of a histogram of the same stem (and promtool says so).
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["dotnet.assembly.count"] = "dotnet_assemblies",
        ["dotnet.process.cpu.count"] = "dotnet_process_cpus",
        ["dotnet.thread_pool.thread.count"] = "dotnet_thread_pool_threads",
        ["dotnet.timer.count"] = "dotnet_timers",
        ["db.client.connection.count"] = "db_client_connections",
    };

    /// <summary>True for the two that .NET 10 declares as counters although they go down again.</summary>
    internal static bool RisesAndFalls(string instrument) => instrument is "dotnet.thread_pool.thread.count" or "dotnet.thread_pool.queue.length";

    /// <summary>Ours as declared; others with underscores, the unit, and <c>_total</c> for counters, each unless it is there already.</summary>
    internal static string Family(string meter, string instrument, string? unit, FamilyKind kind)
    {
        var name = Sanitize(instrument, allowColon: true);
        if (meter.StartsWith(ManaMeters.Prefix, StringComparison.Ordinal)) return name;
        if (Renamed.TryGetValue(instrument, out var renamed)) return renamed;

        const string Total = "_total";
        var counter = kind is FamilyKind.Counter;
        if (counter && name.EndsWith(Total, StringComparison.Ordinal)) name = name[..^Total.Length];
        if (UnitSuffix(unit, kind) is { } suffix && !HasPart(name, suffix)) name = $"{name}_{suffix}";
        return counter ? name + Total : name;
    }

    /// <summary>A label name; <c>le</c> belongs to histograms and a leading <c>__</c> to Prometheus itself.</summary>
    internal static string Label(string key)
    {
        var name = Sanitize(key, allowColon: false);
        if (string.Equals(name, "le", StringComparison.Ordinal)) return "exported_le";
        return name.StartsWith("__", StringComparison.Ordinal) ? "key" + name : name;
    }

    private static string Sanitize(string name, bool allowColon)
    {
        if (name.Length == 0) return "_";
        var needsLead = char.IsAsciiDigit(name[0]);
        return string.Create(name.Length + (needsLead ? 1 : 0), (name, allowColon, needsLead), static (span, state) =>
        {
            if (state.needsLead) span[0] = '_';
            var offset = state.needsLead ? 1 : 0;
            for (var i = 0; i < state.name.Length; i++)
            {
                var c = state.name[i];
                span[i + offset] = char.IsAsciiLetterOrDigit(c) || c == '_' || (c == ':' && state.allowColon) ? c : '_';
            }
        });
    }

    private static string? UnitSuffix(string? unit, FamilyKind kind) => unit switch
    {
        null or "" => null,
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "min" => "minutes",
        "h" => "hours",
        "d" => "days",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "%" => "percent",
        "1" => kind is FamilyKind.Gauge ? "ratio" : null,
        _ when unit.StartsWith('{') => null,
        _ => Sanitize(unit, allowColon: false).Trim('_') is { Length: > 0 } other ? other : null,
    };

    private static bool HasPart(string name, string part)
    {
        for (var at = name.IndexOf(part, StringComparison.Ordinal); at >= 0; at = name.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            var end = at + part.Length;
            if ((at == 0 || name[at - 1] == '_') && (end == name.Length || name[end] == '_')) return true;
        }
        return false;
    }
}
