using System.Net;
using Mana.Kernel.Network;

namespace Mana.Apps.Calendar.External;

/// <summary>What a fetch gave. <paramref name="Error"/> is a code; then there is no body.</summary>
internal sealed record Fetched(string? Error, byte[] Body, string? ETag, string? LastModified, bool NotModified = false);

/// <summary>
/// Fetches addresses that people name (compute.md 4.8): http and https on their own ports, guarded by <see cref="PublicDial"/>, five
/// redirects each checked anew, no credentials, ten mebibytes, fifteen seconds. Hosts that the operator names may be private and on any port.
/// </summary>
internal sealed class SafeFetcher : IDisposable
{
    const int MostBytes = 10 * 1024 * 1024;
    const int MostRedirects = 5;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    readonly PublicDial _dial;
    readonly HttpClient _http;
    readonly TimeSpan _patience;

    public SafeFetcher(CalendarOptions options)
        : this(options, Patience)
    {
    }

    /// <summary>With another patience: for tests.</summary>
    internal SafeFetcher(CalendarOptions options, TimeSpan patience)
    {
        _patience = patience;
        _dial = new PublicDial(options.PrivateHostList);
        var handler = _dial.Handler(TimeSpan.FromSeconds(5));
        handler.AutomaticDecompression = DecompressionMethods.All;
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Whether an address has a form that may be fetched; where it leads is looked at when it is.</summary>
    public bool MayFetch(Uri address) => address is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "" } && (address.IsDefaultPort || _dial.IsNamed(address.Host, address.Port))
        && (!IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) || PublicAddress.Is(ip) || _dial.IsNamed(address.Host, address.Port))
        && (address.Host.Contains('.', StringComparison.Ordinal) || address.HostNameType == UriHostNameType.IPv6 || _dial.IsNamed(address.Host, address.Port));

    public async Task<Fetched> GetAsync(Uri address, string? etag, string? lastModified, CancellationToken cancellationToken)
    {
        // The patience of the client ends with the headers; this one covers every hop and the body.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_patience);
        var within = patience.Token;
        try
        {
            for (var hop = 0; hop <= MostRedirects; hop++)
            {
                if (!MayFetch(address))
                    return Failed("URL_NOT_ALLOWED");
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                if (etag is not null)
                    request.Headers.TryAddWithoutValidation("If-None-Match", etag);
                if (lastModified is not null)
                    request.Headers.TryAddWithoutValidation("If-Modified-Since", lastModified);
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, within);
                if (response.Headers.Location is { } location && (int)response.StatusCode is >= 301 and <= 308)
                {
                    if (!Uri.TryCreate(address, location, out var next))
                        return Failed("UPSTREAM_UNAVAILABLE");
                    address = next;
                    continue;
                }

                if (response.StatusCode == HttpStatusCode.NotModified)
                    return new Fetched(null, [], etag, lastModified, NotModified: true);
                if (!response.IsSuccessStatusCode)
                    return Failed("UPSTREAM_UNAVAILABLE");
                return await BodyAsync(response, within);
            }

            return Failed("TOO_MANY_REDIRECTS");
        }
        catch (HttpRequestException exception) when (exception is NotPublicException || exception.InnerException is NotPublicException)
        {
            return Failed("URL_NOT_ALLOWED");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Failed("UPSTREAM_UNAVAILABLE");
        }
    }

    static Fetched Failed(string error) => new(error, [], null, null);

    static async Task<Fetched> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bytes.Length + count > MostBytes)
                return Failed("FILE_TOO_LARGE");
            bytes.Write(buffer, 0, count);
        }

        return new Fetched(null, bytes.ToArray(), response.Headers.ETag?.ToString(), response.Content.Headers.LastModified?.ToString("R"));
    }
}
