using System.Net;
using System.Text;
using System.Text.Json;

namespace Mana.Credits.Tests;

/// <summary>An answer as a client sees it.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, HttpResponseMessage Message)
{
    public JsonElement Body => field.ValueKind == JsonValueKind.Undefined ? field = JsonDocument.Parse(Text).RootElement : field;

    public JsonElement this[string member] => Body.GetProperty(member);

    public decimal Number(params string[] path) => path.Aggregate(Body, (at, name) => at.GetProperty(name)).GetDecimal();

    public string? String(params string[] path) => path.Aggregate(Body, (at, name) => at.GetProperty(name)).GetString();

    public Answer Ok(int status = 200)
    {
        Assert.True((int)Status == status, $"{(int)Status}: {Text}");
        return this;
    }

    public Answer Refused(int status, string? code = null, string? message = null)
    {
        Assert.True((int)Status == status, $"{(int)Status} and not {status}: {Text}");
        Assert.Equal(status, Body.GetProperty("statusCode").GetInt32());
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
    public HttpClient Http => http;

    public string UserId => userId;

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/" + path));

    public Task<Answer> DeleteAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/v1/" + path));

    public Task<Answer> PostAsync(string path, object? body = null, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/" + path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return SendAsync(request);
    }

    public Task<Answer> UseAsync(object amount, string? key = null, string description = "a test") =>
        PostAsync("credits/use", new { amount, appId = "chat", description, idempotencyKey = key });

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        var response = await http.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }
}
