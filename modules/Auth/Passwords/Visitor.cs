using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Mana.Auth.SecurityEvents;
using Mana.Auth.TwoFactor;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Passwords;

/// <summary>Who asks, as far as limits and answers need to know. Handlers take it as a parameter.</summary>
/// <param name="Network">IPv4 /24 or IPv6 /64: whoever has one address there can have others.</param>
/// <param name="DeviceCookie">As sent; <see cref="KnownDevices"/> judges it.</param>
/// <param name="Locale"><c>de</c> or <c>en</c>, for mails.</param>
internal sealed record Visitor(ClientInfo Client, string Network, string? DeviceCookie, string Locale)
{
    /// <summary>As sent; <see cref="TrustedDevices"/> judges it.</summary>
    public string? TrustCookie { get; init; }

    const int Ipv4Bytes = 3;
    const int Ipv6Bytes = 8;

    public static ValueTask<Visitor?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<Visitor?>(Of(context));

    public static Visitor Of(HttpContext context) => new(
        ClientInfo.Of(context), NetworkOf(context.Connection.RemoteIpAddress), KnownDevices.CookieOf(context.Request), VisitorLanguage.Of(context.Request))
    {
        TrustCookie = TwoFactorCookies.TrustOf(context.Request),
    };

    public static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var (kept, suffix) = address.AddressFamily == AddressFamily.InterNetwork ? (Ipv4Bytes, "/24") : (Ipv6Bytes, "/64");
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(kept).Clear();
        return new IPAddress(bytes) + suffix;
    }
}
