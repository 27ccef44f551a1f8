using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;

namespace Mana.Kernel.RateLimits;

/// <summary>How often each limit has refused somebody on this host since it started; <c>mana_rate_limit_refusals_total</c>.</summary>
public sealed class RateLimitRefusals
{
    readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    readonly Counter<long> _refusals;

    public RateLimitRefusals(IMeterFactory meters) =>
        _refusals = meters.ForModule("RateLimits").CreateCounter<long>("mana_rate_limit_refusals_total", description: "Requests that a limit refused, by limit; see /admin/limits");

    /// <summary>Somebody was refused.</summary>
    /// <param name="limit">Name of a limit, never anything that a client sent.</param>
    public void Count(string limit)
    {
        _counts.AddOrUpdate(limit, 1, static (_, count) => count + 1);
        _refusals.Add(1, new KeyValuePair<string, object?>("limit", limit));
    }

    public long Of(string limit) => _counts.GetValueOrDefault(limit);
}

/// <summary>A limit that no policy expresses, because it counts outcomes or lives in the database; declared so that an operator sees it.</summary>
/// <param name="Counts">What is counted, in English: it is the operator's text, like the names of settings.</param>
/// <param name="IsAlwaysOn">It holds whatever <c>RATE_LIMITS</c> says.</param>
public sealed record OutcomeLimit(string Name, string Counts, int Most, TimeSpan Window, bool IsAlwaysOn = false);

/// <summary>A limit as it holds on this host, with the operator's overrides.</summary>
internal sealed record LimitView(string Name, string Counts, int PerWindow, int Burst, TimeSpan Window, bool IsOn, long Refusals, bool IsOverridden);

/// <summary>Every limit of every module.</summary>
internal sealed class LimitCatalogue(
    IEnumerable<RateLimitPolicy> policies, IEnumerable<OutcomeLimit> outcomes, RateLimitOptions options, RateLimitSwitch limits, RateLimitRefusals refusals)
{
    public bool Enabled => limits.Enabled;

    public List<LimitView> Read() =>
    [
        .. policies.SelectMany(Views).Concat(outcomes.Select(limit => new LimitView(
            limit.Name, limit.Counts, limit.Most, limit.Most, limit.Window, limit.IsAlwaysOn || limits.Enabled, refusals.Of(limit.Name), IsOverridden: false))).OrderBy(limit => limit.Name, StringComparer.Ordinal),
    ];

    /// <summary>A line for each window of a policy that can refuse.</summary>
    IEnumerable<LimitView> Views(RateLimitPolicy policy)
    {
        options.Policies.TryGetValue(policy.Name, out var custom);
        var (perMinute, perHour) = (custom?.PermitsPerMinute ?? policy.PermitsPerMinute, custom?.PermitsPerHour ?? policy.PermitsPerHour);
        if (!policy.HourAlone(perMinute, perHour))
            yield return View(perMinute, policy.IsExact ? perMinute : custom?.Burst ?? policy.Burst, TimeSpan.FromMinutes(1));
        if (perHour is { } most)
            yield return View(most, most, TimeSpan.FromHours(1));

        LimitView View(int permits, int burst, TimeSpan window) => new(
            policy.Name, policy.Key == RateLimitKey.User ? "requests per person" : "requests per address", permits, burst, window, limits.Enabled, refusals.Of(policy.Name), custom is not null);
    }
}
