using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Mana.Testing;

/// <summary>An answer as a client sees it.</summary>
public sealed record ApiAnswer(HttpStatusCode Status, string Text, HttpResponseMessage Message)
{
    public JsonElement Body => field.ValueKind == JsonValueKind.Undefined ? field = JsonDocument.Parse(Text).RootElement : field;

    public JsonElement this[string member] => Body.GetProperty(member);

    public string? Said(params string[] path) => At(path).GetString();

    public int Number(params string[] path) => At(path).GetInt32();

    public bool Flag(params string[] path) => At(path).GetBoolean();

    public JsonElement At(params string[] path) => path.Aggregate(Body, (at, name) => at.GetProperty(name));

    public ApiAnswer Ok(int status = 200) => (int)Status == status ? this : throw new UnexpectedAnswerException($"{(int)Status} and not {status}: {Text}");

    /// <summary>The envelope says what is expected; null: anything.</summary>
    public ApiAnswer Refused(int status, string? code = null, string? message = null) =>
        (int)Status == status && Number("statusCode") == status && (code ?? Said("code")) == Said("code") && (message ?? Said("message")) == Said("message")
            ? this
            : throw new UnexpectedAnswerException($"{(int)Status} and not {status} {code} {message}: {Text}");
}

/// <summary>Fails the test that did not expect it.</summary>
public sealed class UnexpectedAnswerException(string message) : Exception(message);

/// <summary>Somebody who calls the platform over HTTP.</summary>
public sealed class ApiCaller(HttpClient http, string userId = "")
{
    public HttpClient Http => http;

    public string UserId => userId;

    public Task<ApiAnswer> GetAsync(string path, string? etag = null, string? language = null) => SendAsync(HttpMethod.Get, path, null, request =>
    {
        if (etag is not null)
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(etag));
        if (language is not null)
            request.Headers.AcceptLanguage.ParseAdd(language);
    });

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<ApiAnswer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<ApiAnswer> PutAsync(string path, object? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<ApiAnswer> PatchAsync(string path, object? body = null) => SendAsync(HttpMethod.Patch, path, body);

    /// <summary>Any request.</summary>
    /// <param name="path">Below <c>/api/v1/</c>, unless it begins with a slash.</param>
    /// <param name="body">A text is sent as it is, anything else as JSON.</param>
    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, object? body = null, Action<HttpRequestMessage>? prepare = null)
    {
        var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : "/api/v1/" + path);
        if (body is HttpContent content)
            request.Content = content;
        else if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        prepare?.Invoke(request);
        var response = await http.SendAsync(request);
        return new ApiAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }
}
