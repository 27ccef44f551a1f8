using System.Net;
using Mana.Kernel.Network;

namespace Mana.Auth.Oidc.Outbound;

/// <summary>
/// Calls addresses that others chose, as <see cref="PublicDial"/> guards them, with little patience.
/// </summary>
internal sealed class OutboundClient : IDisposable
{
    /// <summary>For a whole answer: the outbox waits meanwhile, or a client that wants a token.</summary>
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
        using var content = new FormUrlEncodedContent(fields);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        return await SendAsync(request, (answer, _) => Task.FromResult(answer.StatusCode), cancellationToken);
    }

    /// <summary>Null for everything but 200, and for more than <paramref name="most"/> bytes. Fails as <see cref="PostFormAsync"/> does.</summary>
    public async Task<byte[]?> GetAsync(Uri address, string accept, int most, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "Accept", accept } } };
        return await SendAsync(request, (answer, patience) => ReadAsync(answer, most, patience), cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    async Task<T> SendAsync<T>(HttpRequestMessage request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var host = request.RequestUri!.Authority;
        if (_breaker.IsOpen(host))
            throw new HttpRequestException($"{host} did not answer lately.");
        // The client's own time-out ends with the headers; a body that comes letter by letter would never end.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var result = await read(answer, patience.Token);
            _breaker.Answered(host);
            return result;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            _breaker.Failed(host);
            throw;
        }
    }

    static async Task<byte[]?> ReadAsync(HttpResponseMessage answer, int most, CancellationToken cancellationToken)
    {
        if (answer.StatusCode != HttpStatusCode.OK || answer.Content.Headers.ContentLength > most)
            return null;
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[most + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > most ? null : buffer[..length];
    }
}
