using Mana.Kernel.Configuration;

namespace Mana.Kernel.RateLimits;

/// <summary>Section <c>RateLimits</c>. Off by default outside Production, where load tools and trials run.</summary>
internal sealed class RateLimitOptions : IManaOptions
{
    /// <summary>Null: on in Production only.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Overrides by policy name, e.g. <c>RateLimits:Policies:login:PermitsPerMinute=5</c>.</summary>
    public Dictionary<string, RateLimitOverride> Policies { get; } = new(StringComparer.Ordinal);

    public IEnumerable<string> Problems(bool production) =>
        from policy in Policies
        where policy.Value is { PermitsPerMinute: <= 0 } or { Burst: <= 0 } or { PermitsPerHour: <= 0 }
        select $"RateLimits:Policies:{policy.Key}: permits and burst must be positive.";
}

internal sealed class RateLimitOverride
{
    public int? PermitsPerMinute { get; set; }

    public int? Burst { get; set; }

    public int? PermitsPerHour { get; set; }
}

/// <summary>What a budget is counted by.</summary>
public enum RateLimitKey
{
    /// <summary>Client address prefix (<see cref="Network.ClientAddress.ClientPrefix"/>).</summary>
    Address,

    /// <summary>The signed-in user; anonymous callers fall back to their address.</summary>
    User,
}

/// <summary>A token bucket: refills evenly, lets <paramref name="Burst"/> requests through at once.</summary>
public sealed record RateLimitPolicy(string Name, RateLimitKey Key, int PermitsPerMinute, int Burst)
{
    /// <summary>No bucket: never more than <see cref="PermitsPerMinute"/> in any minute. A bucket lets through up to twice that while it empties and fills again.</summary>
    public bool IsExact { get; init; }

    /// <summary>Besides, never more than this in any hour; null: no such limit.</summary>
    public int? PermitsPerHour { get; init; }

    /// <summary>A minute that allows as much as the hour adds nothing, and would tell the wrong moment to come again.</summary>
    internal bool HourAlone(int perMinute, int? perHour) => IsExact && perHour <= perMinute;
}
