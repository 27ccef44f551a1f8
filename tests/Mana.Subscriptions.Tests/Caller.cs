using System.Net;
using System.Text;
using System.Text.Json;

namespace Mana.Subscriptions.Tests;

/// <summary>An answer as a client sees it.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text)
{
    public JsonElement Body => field.ValueKind == JsonValueKind.Undefined ? field = JsonDocument.Parse(Text).RootElement : field;

    public JsonElement this[string member] => Body.GetProperty(member);

    public string? String(params string[] path) => path.Aggregate(Body, (at, name) => at.GetProperty(name)).GetString();

    public Answer Ok(int status = 200)
    {
        Assert.True((int)Status == status, $"{(int)Status}: {Text}");
        return this;
    }

    public Answer Refused(int status, string? code = null, string? message = null)
    {
        Assert.True((int)Status == status, $"{(int)Status} and not {status}: {Text}");
        if (code is not null)
            Assert.Equal(code, String("code"));
        if (message is not null)
            Assert.Equal(message, String("message"));
        return this;
    }
}

/// <summary>Somebody who calls the platform over HTTP.</summary>
internal sealed class Caller(HttpClient http, string userId)
{
    public string UserId => userId;

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
