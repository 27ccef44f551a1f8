using System.Net;
using System.Net.Sockets;
using Mana.Kernel.Network;

namespace Mana.Auth.Oidc.Logout;

/// <summary>
/// Calls addresses that others chose. It connects to public addresses only, and to exactly the one that it looked at, so that no name can lead
/// it into our own network (SSRF); hosts that the operator names are the exception. No redirects, no proxy, no cookies, little patience.
/// </summary>
internal sealed class OutboundClient : IDisposable
{
    /// <summary>The outbox waits meanwhile.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    readonly HashSet<string> _allowed;
    readonly HostBreaker _breaker;
    readonly HttpClient _http;

    public OutboundClient(OidcOptions options, HostBreaker breaker)
    {
        _breaker = breaker;
        _allowed = [.. options.PrivateHosts()];
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = Patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 16,
            ConnectCallback = ConnectAsync,
        }) { Timeout = Patience };
    }

    /// <summary>Only the status is read. Fails at once for a host that did not answer a moment ago.</summary>
    public async Task<HttpStatusCode> PostFormAsync(Uri address, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken)
    {
        if (_breaker.IsOpen(address.Authority))
            throw new HttpRequestException($"{address.Authority} did not answer lately.");
        using var content = new FormUrlEncodedContent(fields);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            _breaker.Answered(address.Authority);
            return answer.StatusCode;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            _breaker.Failed(address.Authority);
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = _allowed.Contains($"{host}:{context.DnsEndPoint.Port}") || _allowed.Contains(host) ? addresses : Array.FindAll(addresses, PublicAddress.Is);
        if (allowed.Length == 0)
            throw new HttpRequestException($"{host} is not a public address.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
