using Mana.Kernel.Configuration;

namespace Mana.Notifications.Outbound;

/// <summary>Section <c>Notifications:Outbound</c>.</summary>
internal sealed class OutboundOptions : IManaOptions
{
    /// <summary><c>NOTIFY_PRIVATE_HOSTS</c>: hosts, or <c>host:port</c>, inside our own network that people may name, with commas between.</summary>
    public string PrivateHosts { get; set; } = "";

    /// <summary>Patience with one call, from looking up the name to the last byte of the answer's head.</summary>
    public int TimeoutSeconds { get; set; } = 10;

    public HashSet<string> Hosts() => [.. PrivateHosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    public IEnumerable<string> Problems(bool production)
    {
        if (TimeoutSeconds is < 1 or > 60)
            yield return "Notifications:Outbound:TimeoutSeconds must be between 1 and 60.";
    }
}
