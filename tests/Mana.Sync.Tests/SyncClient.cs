using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Mana.Sync.Tests;

/// <summary>One device of one person, speaking the bare protocol: no store, no retries, nothing added to what a test writes.</summary>
internal sealed class SyncClient(HttpClient http, string userId, string clientId, string app = "todo")
{
    public const string Epoch = "1970-01-01T00:00:00.000Z";

    public HttpClient Http => http;

    public string UserId => userId;

    public string ClientId => clientId;

    public string App => app;

    /// <summary>The same person on another device, or in another app.</summary>
    public SyncClient As(string device, string? otherApp = null) => new(http, userId, device, otherApp ?? app);

    /// <summary>Pushes changes, separated by commas, inside an ordinary changeset.</summary>
    public Task<Answer> PushAsync(string changes, string since = Epoch, string? more = null) =>
        PostAsync($$"""{"clientId":"{{clientId}}","since":"{{since}}",{{(more is null ? "" : more + ",")}}"changes":[{{changes}}]}""");

    /// <summary>Pushes and insists that it was accepted.</summary>
    public async Task<Answer> StoreAsync(string changes, string since = Epoch) => (await PushAsync(changes, since)).Ok();

    public Task<Answer> PostAsync(string body) => PostAsync(Encoding.UTF8.GetBytes(body));

    public async Task<Answer> PostAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/sync/{Uri.EscapeDataString(app)}") { Content = content };
        return await SendAsync(request);
    }

    public Task<Answer> PullAsync(string collection = "tasks", string? since = Epoch, string? cursor = null, int? limit = null)
    {
        var query = new StringBuilder("collection=").Append(Uri.EscapeDataString(collection));
        if (since is not null && cursor is null)
            query.Append("&since=").Append(Uri.EscapeDataString(since));
        if (cursor is not null)
            query.Append("&cursor=").Append(Uri.EscapeDataString(cursor));
        if (limit is { } rows)
            query.Append(CultureInfo.InvariantCulture, $"&limit={rows}");
        return GetAsync(query.ToString());
    }

    /// <summary>A pull with the query exactly as written.</summary>
    public async Task<Answer> GetAsync(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sync/{Uri.EscapeDataString(app)}/pull?{query}");
        return await SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        if (clientId.Length > 0)
            request.Headers.TryAddWithoutValidation("X-Client-Id", clientId);
        var response = await http.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    /// <summary>A JSON string literal.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text);
}
