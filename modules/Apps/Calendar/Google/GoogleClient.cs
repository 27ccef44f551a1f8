using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mana.Apps.Calendar.Google;

/// <summary>Why Google gave nothing.</summary>
internal enum GoogleFailure
{
    None,

    /// <summary>The person took the consent back, or it ended (<c>invalid_grant</c>).</summary>
    ReauthRequired,

    /// <summary>The access token is not valid any more.</summary>
    Unauthorized,

    /// <summary>410: the sync token is too old.</summary>
    Gone,

    /// <summary>403 with a quota reason, or 429.</summary>
    RateLimited,

    /// <summary>404: the calendar or the event is not there, or not for this account.</summary>
    NotFound,

    /// <summary>403 without a quota reason: this account may not.</summary>
    Forbidden,

    /// <summary>409: an event has that id already, also one that was deleted.</summary>
    Exists,

    /// <summary>412: it is not the version any more that <c>If-Match</c> named.</summary>
    Stale,

    /// <summary>400: it will never be accepted.</summary>
    Invalid,

    /// <summary>5xx, a time-out, or an answer that is no JSON.</summary>
    Unavailable,
}

/// <summary>An answer, or why there is none.</summary>
internal sealed record GoogleAnswer(JsonElement Body, GoogleFailure Failure, TimeSpan? RetryAfter = null)
{
    public static GoogleAnswer Failed(GoogleFailure failure, TimeSpan? retryAfter = null) => new(default, failure, retryAfter);
}

/// <summary>Google's OAuth and Calendar v3 over HTTP (compute.md 4.7). One client for everybody: whose token it is stands in each request and nowhere else.</summary>
internal sealed class GoogleClient : IDisposable
{
    const int LargestAnswer = 32 * 1024 * 1024;
    readonly GoogleOptions _options;

    readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.All, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(5),
    }) { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = LargestAnswer };

    public GoogleClient(GoogleOptions options) => _options = options;

    public void Dispose() => _http.Dispose();

    public Task<GoogleAnswer> ExchangeAsync(string code, string verifier, string redirectUri, CancellationToken cancellationToken) => TokenAsync(new()
    {
        ["grant_type"] = "authorization_code", ["code"] = code, ["code_verifier"] = verifier, ["redirect_uri"] = redirectUri,
    }, cancellationToken);

    public Task<GoogleAnswer> RefreshAsync(string refreshToken, CancellationToken cancellationToken) => TokenAsync(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, cancellationToken);

    /// <summary>Best effort: the account is forgotten here whatever Google says.</summary>
    public Task<GoogleAnswer> RevokeAsync(string refreshToken, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, _options.RevokeUrl) { Content = new FormUrlEncodedContent([new("token", refreshToken)]) }, cancellationToken);

    public Task<GoogleAnswer> UserInfoAsync(string accessToken, CancellationToken cancellationToken) => GetAsync(_options.UserInfoUrl, accessToken, cancellationToken);

    public Task<GoogleAnswer> CalendarsAsync(string accessToken, string? page, CancellationToken cancellationToken) =>
        GetAsync($"{_options.CalendarBase}/users/me/calendarList?maxResults=250{Page(page)}", accessToken, cancellationToken);

    /// <summary>Events with their exceptions and what was deleted, a page at a time.</summary>
    /// <param name="query">Window or sync token, encoded.</param>
    public Task<GoogleAnswer> EventsAsync(string accessToken, string calendarId, string query, string? page, CancellationToken cancellationToken) =>
        GetAsync($"{_options.CalendarBase}/calendars/{Uri.EscapeDataString(calendarId)}/events?maxResults=2500&singleEvents=false&showDeleted=true&{query}{Page(page)}", accessToken, cancellationToken);

    public Task<GoogleAnswer> EventAsync(string accessToken, string calendarId, string eventId, CancellationToken cancellationToken) => GetAsync(EventUrl(calendarId, eventId), accessToken, cancellationToken);

    /// <summary>The one instance of a series that began, or would have begun, then.</summary>
    public Task<GoogleAnswer> InstanceAsync(string accessToken, string calendarId, string seriesId, string originalStart, CancellationToken cancellationToken) =>
        GetAsync($"{EventUrl(calendarId, seriesId)}/instances?showDeleted=true&originalStart={Uri.EscapeDataString(originalStart)}", accessToken, cancellationToken);

    /// <summary>The body names the id, so that whoever repeats it makes no second event. Nobody is sent a mail.</summary>
    public Task<GoogleAnswer> InsertAsync(string accessToken, string calendarId, JsonObject body, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Post, $"{_options.CalendarBase}/calendars/{Uri.EscapeDataString(calendarId)}/events?sendUpdates=none", accessToken, body, null, cancellationToken);

    /// <summary>Changes what the body names.</summary>
    /// <param name="etag">Not null: only while this is its version.</param>
    public Task<GoogleAnswer> PatchAsync(string accessToken, string calendarId, string eventId, JsonObject body, string? etag, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Patch, EventUrl(calendarId, eventId) + "?sendUpdates=none", accessToken, body, etag, cancellationToken);

    /// <summary>Leaves a tombstone there.</summary>
    /// <param name="etag">Not null: only while this is its version.</param>
    public Task<GoogleAnswer> DeleteAsync(string accessToken, string calendarId, string eventId, string? etag, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Delete, EventUrl(calendarId, eventId) + "?sendUpdates=none", accessToken, null, etag, cancellationToken);

    string EventUrl(string calendarId, string eventId) => $"{_options.CalendarBase}/calendars/{Uri.EscapeDataString(calendarId)}/events/{Uri.EscapeDataString(eventId)}";

    Task<GoogleAnswer> WriteAsync(HttpMethod method, string url, string accessToken, JsonObject? body, string? etag, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, url) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) } };
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (etag is not null)
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        return SendAsync(request, cancellationToken);
    }

    static string Page(string? page) => page is null ? "" : "&pageToken=" + Uri.EscapeDataString(page);

    Task<GoogleAnswer> TokenAsync(Dictionary<string, string> fields, CancellationToken cancellationToken)
    {
        (fields["client_id"], fields["client_secret"]) = (_options.ClientId!, _options.ClientSecret!);
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, _options.TokenUrl) { Content = new FormUrlEncodedContent(fields) }, cancellationToken);
    }

    Task<GoogleAnswer> GetAsync(string url, string accessToken, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) } }, cancellationToken);

    async Task<GoogleAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
            try
            {
                using var response = await _http.SendAsync(request, cancellationToken);
                var text = await response.Content.ReadAsByteArrayAsync(cancellationToken);
                var body = Json(text);
                var failure = response.IsSuccessStatusCode ? body is null && text.Length > 0 ? GoogleFailure.Unavailable : GoogleFailure.None : FailureOf(response.StatusCode, body);
                return new GoogleAnswer(body ?? default, failure, response.Headers.RetryAfter?.Delta);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                return GoogleAnswer.Failed(GoogleFailure.Unavailable);
            }
    }

    static JsonElement? Json(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static GoogleFailure FailureOf(HttpStatusCode status, JsonElement? body)
    {
        var text = body?.GetRawText() ?? "";
        return (int)status switch
        {
            400 or 401 when text.Contains("invalid_grant", StringComparison.Ordinal) => GoogleFailure.ReauthRequired,
            401 => GoogleFailure.Unauthorized,
            403 when text.Contains("imit", StringComparison.Ordinal) => GoogleFailure.RateLimited,
            403 => GoogleFailure.Forbidden,
            404 => GoogleFailure.NotFound,
            409 => GoogleFailure.Exists,
            410 => GoogleFailure.Gone,
            412 => GoogleFailure.Stale,
            429 => GoogleFailure.RateLimited,
            400 => GoogleFailure.Invalid,
            _ => GoogleFailure.Unavailable,
        };
    }
}
