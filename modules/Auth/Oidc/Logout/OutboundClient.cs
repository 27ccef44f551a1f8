using System.Net;
using Mana.Kernel.Network;

namespace Mana.Auth.Oidc.Logout;

/// <summary>
/// Calls addresses that others chose, as <see cref="PublicDial"/> guards them, with little patience.
/// </summary>
internal sealed class OutboundClient : IDisposable
{
    /// <summary>The outbox waits meanwhile.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    readonly HostBreaker _breaker;
    readonly HttpClient _http;

    public OutboundClient(OidcOptions options, HostBreaker breaker)
    {
        _breaker = breaker;
        _http = new HttpClient(new PublicDial(options.PrivateHosts()).Handler(Patience)) { Timeout = Patience };
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
}
