using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Network;

public static class ClientAddress
{
    /// <summary>
    /// The network that counts as one client for limits: the whole IPv4 address, the /64 of an IPv6 address
    /// (one household gets a /64 and could otherwise rotate through 2^64 addresses).
    /// </summary>
    public static string ClientPrefix(this HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return address.ToString();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes) + "/64";
    }

    internal static IApplicationBuilder UseTrustedProxies(this IApplicationBuilder app)
    {
        var proxy = app.ApplicationServices.GetRequiredService<ProxyOptions>();
        var networks = proxy.Networks().ToList();
        if (networks.Count == 0)
            return app;
        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = proxy.Hops,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        networks.ForEach(forwarded.KnownIPNetworks.Add);
        return app.UseForwardedHeaders(forwarded);
    }
}
