using System.Net;
using System.Net.Sockets;

namespace Mana.Kernel.Network;

/// <summary>Whether an address is somewhere in the internet, by the registries of RFC 6890: not this machine, this network, or a way into either.</summary>
public static class PublicAddress
{
    static readonly IPNetwork[] Special =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/127", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ]).Select(text => IPNetwork.Parse(text)),
    ];

    /// <summary>Whether one may connect to it for a stranger.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        // The last 32 bits of ::a.b.c.d are an IPv4 address to some stacks.
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.GetAddressBytes().Take(12).All(part => part == 0))
            return false;
        return !Array.Exists(Special, network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }
}
