using System.Net;
using System.Net.Sockets;

namespace Mana.Kernel.Network;

/// <summary>
/// Connects to addresses that strangers name: to public ones only, and to exactly the one that it looked at, so that no name can lead a request into
/// our own network (SSRF, compute.md 4.8). Hosts that the operator names are the exception.
/// </summary>
/// <param name="privateHosts">Hosts, or <c>host:port</c>, that may be private.</param>
public sealed class PublicDial(IEnumerable<string> privateHosts)
{
    readonly HashSet<string> _private = new(privateHosts, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the operator named it.</summary>
    public bool IsNamed(string host, int port) => _private.Contains(host) || _private.Contains($"{host}:{port}");

    /// <summary>A handler whose connections are guarded so: no redirects, no proxy, no cookies. Callers set the rest.</summary>
    public SocketsHttpHandler Handler(TimeSpan patience) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = patience,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        MaxResponseHeadersLength = 16,
        ConnectCallback = ConnectAsync,
    };

    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = IsNamed(host, port) ? addresses : Array.FindAll(addresses, PublicAddress.Is);
        if (allowed.Length == 0)
            throw new NotPublicException(host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The name stands for no public address, and nobody said that it may be private.</summary>
public sealed class NotPublicException(string host) : HttpRequestException($"{host} is not a public address.");
