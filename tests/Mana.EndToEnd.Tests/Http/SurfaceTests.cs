using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Mana.EndToEnd.Tests.Http;

/// <summary>What every answer carries, and what the host says about itself.</summary>
public sealed class SurfaceTests(SharedHost host) : IDisposable
{
    readonly HttpClient _http = host.CreateClient();

    [Fact]
    public async Task The_routes_are_those_of_the_snapshot()
    {
        var document = (await _http.GetFromJsonAsync<JsonNode>("/openapi/v1.json"))!;

        Assert.Equal("Mana.Platform", (string?)document["info"]!["title"]);
        var routes = from path in document["paths"]!.AsObject()
                     from operation in path.Value!.AsObject()
                     select $"{operation.Key.ToUpperInvariant()} {path.Key}";
        var actual = string.Join('\n', routes.Order(StringComparer.Ordinal));
        var expected = (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Snapshots", "routes.txt"))).Trim();
        Assert.True(expected == actual, $"Snapshots/routes.txt no longer says what the host offers. If that is meant, replace it with:\n{actual}");
    }

    [Theory]
    [InlineData("/sync/{appId}", "post", "bearer")]
    [InlineData("/sync/{appId}/pull", "get", "bearer")]
    [InlineData("/api/v1/internal/outbox/parked", "get", "serviceKey")]
    [InlineData("/api/v1/auth/login", "post", null)]
    [InlineData("/health", "get", null)]
    public async Task The_document_says_what_each_route_wants_to_see(string path, string method, string? scheme)
    {
        var document = (await _http.GetFromJsonAsync<JsonNode>("/openapi/v1.json"))!;

        var wanted = document["paths"]![path]![method]!["security"]?.AsArray().Single()!.AsObject().Single().Key;

        Assert.Equal(scheme, wanted);
        Assert.True(scheme is null || document["components"]!["securitySchemes"]![scheme] is not null);
    }

    [Fact]
    public async Task The_documentation_page_loads_and_may_run_its_own_scripts_only()
    {
        using var answer = await _http.GetAsync("/docs/index.html");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("default-src 'self'", Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync("/docs/swagger-ui-bundle.js")).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/nothing/here")]
    [InlineData("POST", "/sync/todo")]
    [InlineData("GET", "/api/auth/jwks")]
    public async Task Every_answer_carries_the_security_headers(string method, string path)
    {
        using var answer = await SendAsync(method, path);

        Assert.Equal(path == "/api/auth/jwks" ? "public, max-age=300" : "no-store", Header(answer, "Cache-Control"));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'; base-uri 'none'", Header(answer, "Content-Security-Policy"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task An_answer_that_began_as_an_exception_carries_them_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login") { Content = new StringContent("{", Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Request-Id", "began-as-an-exception");
        request.Headers.Add("Origin", SharedHost.Origin);
        using var answer = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("began-as-an-exception", Header(answer, "X-Request-Id"));
        Assert.Equal(SharedHost.Origin, Header(answer, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_well_formed_request_id_is_echoed_and_another_one_replaced()
    {
        const string WellFormed = "abc-123_X.9";
        using var echoed = await SendAsync("GET", "/health/live", ("X-Request-Id", WellFormed));
        Assert.Equal(WellFormed, Header(echoed, "X-Request-Id"));

        foreach (var bad in (string[])["two words", "<script>", new string('x', 65)])
        {
            using var replaced = await SendAsync("GET", "/health/live", ("X-Request-Id", bad));
            Assert.Matches("^[0-9A-Za-z]{8}$", Header(replaced, "X-Request-Id"));
        }

        using var first = await SendAsync("GET", "/health/live");
        using var second = await SendAsync("GET", "/health/live");
        Assert.NotEqual(Header(first, "X-Request-Id"), Header(second, "X-Request-Id"));
    }

    [Theory]
    [InlineData(SharedHost.Origin)]
    [InlineData("https://todo.family.example.test")]
    public async Task A_preflight_of_a_trusted_origin_is_allowed(string origin)
    {
        using var answer = await PreflightAsync(origin);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(origin, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Header(answer, "Access-Control-Allow-Credentials"));
        Assert.Equal("600", Header(answer, "Access-Control-Max-Age"));
        Assert.Contains("POST", Header(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        foreach (var header in (string[])["Authorization", "Content-Type", "X-Client-Id"])
            Assert.Contains(header, Header(answer, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://app.example.test")]
    [InlineData("https://app.example.test.evil.example")]
    [InlineData("https://family.example.test.evil.example")]
    [InlineData("https://evil.example/.family.example.test")]
    [InlineData("null")]
    public async Task A_preflight_of_anybody_else_is_not(string origin)
    {
        using var answer = await PreflightAsync(origin);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_refusal_can_be_read_by_a_trusted_page()
    {
        using var answer = await SendAsync("POST", "/sync/todo", ("Origin", SharedHost.Origin));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(SharedHost.Origin, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Contains("Retry-After", Header(answer, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_service_key_the_internal_surface_is_off()
    {
        using var answer = await SendAsync("GET", "/api/v1/internal/outbox/parked", ("X-Service-Key", "dev-service-key"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("service_key_not_configured", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    async Task<HttpResponseMessage> PreflightAsync(string origin) => await SendAsync(
        "OPTIONS", "/sync/todo", ("Origin", origin), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization,content-type,x-client-id"));

    async Task<HttpResponseMessage> SendAsync(string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request);
    }

    static string Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";

    public void Dispose() => _http.Dispose();
}
