using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Mana.Apps.Calendar.External;
using Mana.Kernel.Network;

namespace Mana.Apps.Calendar.CalDav;

/// <summary>Why a CalDAV server gave nothing.</summary>
internal enum DavFailure
{
    None,

    /// <summary>The address may not be asked: inside, on a port of its own, or without https.</summary>
    NotAllowed,

    /// <summary>It sends us to a host that the password was not given for.</summary>
    OtherHost,

    /// <summary>401: not this name and password.</summary>
    Unauthorized,

    /// <summary>403</summary>
    Forbidden,

    /// <summary>404, 410</summary>
    NotFound,

    /// <summary>429, or 503 that says when to come again.</summary>
    RateLimited,

    /// <summary>Another 4xx, or an answer that is no multistatus.</summary>
    NotDav,

    /// <summary>More than we read.</summary>
    TooLarge,

    /// <summary>5xx, a time-out, or no connection.</summary>
    Unavailable,
}

/// <summary>An answer, or why there is none.</summary>
/// <param name="Address">Who gave it, behind all redirects: relative addresses of the answer are relative to it.</param>
internal sealed record DavAnswer(DavFailure Failure, Uri Address, DavMultistatus? Body = null, TimeSpan? RetryAfter = null)
{
    public IEnumerable<DavResponse> Responses => Body?.Responses ?? Enumerable.Empty<DavResponse>();
}

/// <summary>
/// WebDAV over HTTP (compute.md 4.8, 9.5): guarded by <see cref="PublicDial"/>, https only but for hosts that the operator names, fifteen seconds, ten mebibytes, five redirects, each
/// looked at like the first address, and the password only where <see cref="DavAddress.MaySend"/> lets it go.
/// </summary>
internal sealed class DavClient : IDisposable
{
    const int MostBytes = 10 * 1024 * 1024;
    const int MostRedirects = 5;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    readonly SafeFetcher _fetcher;
    readonly PublicDial _dial;
    readonly HttpClient _http;

    public DavClient(SafeFetcher fetcher, CalendarOptions options)
    {
        _fetcher = fetcher;
        _dial = new PublicDial(options.PrivateHostList);
        var handler = _dial.Handler(TimeSpan.FromSeconds(5));
        handler.AutomaticDecompression = DecompressionMethods.All;
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Whether an address has a form that may be asked with a password.</summary>
    public bool MayAsk(Uri address) => _fetcher.MayFetch(address) && (address.Scheme == Uri.UriSchemeHttps || _dial.IsNamed(address.Host, address.Port));

    public Task<DavAnswer> PropertiesAsync(DavLogin login, Uri address, int depth, string body, CancellationToken cancellationToken) => SendAsync(login, "PROPFIND", address, depth, body, cancellationToken);

    public Task<DavAnswer> ReportAsync(DavLogin login, Uri address, int depth, string body, CancellationToken cancellationToken) => SendAsync(login, "REPORT", address, depth, body, cancellationToken);

    async Task<DavAnswer> SendAsync(DavLogin login, string method, Uri address, int depth, string body, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            for (var hop = 0; hop <= MostRedirects; hop++)
            {
                if (!MayAsk(address))
                    return new DavAnswer(DavFailure.NotAllowed, address);
                if (!DavAddress.MaySend(login.Server, address))
                    return new DavAnswer(DavFailure.OtherHost, address);
                using var request = Request(login, method, address, depth, body);
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
                if (response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Redirect or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect && response.Headers.Location is { } location)
                {
                    if (!Uri.TryCreate(address, location, out var next))
                        return new DavAnswer(DavFailure.NotDav, address);
                    address = next;
                    continue;
                }

                if (FailureOf(response) is var failure && failure != DavFailure.None)
                    return new DavAnswer(failure, address, RetryAfter: RetryAfterOf(response));
                if (await BodyAsync(response, patience.Token) is not { } bytes)
                    return new DavAnswer(DavFailure.TooLarge, address);
                return DavMultistatus.Read(bytes) is { } read ? new DavAnswer(DavFailure.None, address, read) : new DavAnswer(DavFailure.NotDav, address);
            }

            return new DavAnswer(DavFailure.NotDav, address);
        }
        catch (HttpRequestException exception) when (exception is NotPublicException || exception.InnerException is NotPublicException)
        {
            return new DavAnswer(DavFailure.NotAllowed, address);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new DavAnswer(DavFailure.Unavailable, address);
        }
    }

    static HttpRequestMessage Request(DavLogin login, string method, Uri address, int depth, string body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = new StringContent(body, Encoding.UTF8, "application/xml") };
        request.Headers.Add("Depth", depth == 0 ? "0" : "1");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Mana", "1"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.Username}:{login.Password}")));
        return request;
    }

    static DavFailure FailureOf(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        207 => DavFailure.None,
        401 => DavFailure.Unauthorized,
        403 => DavFailure.Forbidden,
        404 or 410 => DavFailure.NotFound,
        429 => DavFailure.RateLimited,
        503 when response.Headers.RetryAfter is not null => DavFailure.RateLimited,
        >= 500 and not 501 => DavFailure.Unavailable,
        _ => DavFailure.NotDav,
    };

    static TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;

    /// <summary>Null: there is more than we read.</summary>
    static async Task<byte[]?> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bytes.Length + count > MostBytes)
                return null;
            bytes.Write(buffer, 0, count);
        }

        return bytes.ToArray();
    }
}
