using System.Net;
using Mana.Kernel.Configuration;

namespace Mana.Kernel.Network;

/// <summary>Section <c>Proxy</c>: whose <c>X-Forwarded-*</c> headers are believed (auth.md 1, rule 1).</summary>
internal sealed class ProxyOptions : IManaOptions
{
    /// <summary>Comma-separated addresses or CIDR networks (<c>TRUSTED_PROXIES</c>). Empty: the socket address counts.</summary>
    public string Trusted { get; set; } = "";

    /// <summary>How many proxies in a row may be believed.</summary>
    public int Hops { get; set; } = 1;

    public IEnumerable<IPNetwork> Networks() => Entries().Select(entry => Parse(entry) ?? throw new FormatException(entry));

    public IEnumerable<string> Problems(bool production) =>
        Entries().Where(entry => Parse(entry) is null).Select(entry => $"TRUSTED_PROXIES: '{entry}' is no address and no network.");

    IEnumerable<string> Entries() => Trusted.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    static IPNetwork? Parse(string entry)
    {
        if (IPNetwork.TryParse(entry, out var network))
            return network;
        return IPAddress.TryParse(entry, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
    }
}
