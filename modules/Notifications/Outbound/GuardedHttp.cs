using System.Net;
using System.Net.Sockets;
using Mana.Kernel.Network;

namespace Mana.Notifications.Outbound;

/// <summary>
/// Calls addresses that people chose (compute.md 4.8). It connects to public addresses only, and to exactly the one that it looked at, so that no name can
/// lead it into our own network (SSRF); hosts that the operator names are the exception. No redirects, no proxy, no cookies.
/// </summary>
internal sealed class GuardedHttp : IDisposable
{
    const int Https = 443;
    readonly HashSet<string> _private;
    readonly HttpClient _http;

    public GuardedHttp(OutboundOptions options)
    {
        _private = options.Hosts();
        var patience = TimeSpan.FromSeconds(options.TimeoutSeconds);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
            ConnectCallback = ConnectAsync,
        }) { Timeout = patience };
    }

    /// <summary>Whether somebody may give us this address. What its name stands for is looked at again with every connection.</summary>
    public bool Allows(Uri address)
    {
        if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            return false;
        if (IsPrivateHost(address.IdnHost, address.Port))
            return address.Scheme is "http" or "https";
        if (address.Scheme != Uri.UriSchemeHttps || address.Port != Https)
            return false;
        return IPAddress.TryParse(address.IdnHost, out var literal)
            ? PublicAddress.Is(literal)
            : address.IdnHost.Contains('.', StringComparison.Ordinal) && !address.IdnHost.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
              && !address.IdnHost.EndsWith(".local", StringComparison.OrdinalIgnoreCase) && !address.IdnHost.EndsWith(".internal", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Only the head of the answer is read.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => _http.Dispose();

    bool IsPrivateHost(string host, int port) => _private.Contains(host) || _private.Contains($"{host}:{port}");

    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = IsPrivateHost(host, port) ? addresses : Array.FindAll(addresses, PublicAddress.Is);
        if (allowed.Length == 0)
            throw new HttpRequestException("Not a public address.");
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
