using Mana.Testing;

namespace Mana.Sync.Tests.Gate;

/// <summary>sync.md 24.1, scenarios 18–20, and what else sync.md 1 says about paths.</summary>
public sealed class RoutingScenarios(RoutingScenarios.Origins origins) : IClassFixture<RoutingScenarios.Origins>
{
    [Theory]
    [InlineData("GET", "/sync/todo", 405)]
    [InlineData("PUT", "/sync/todo", 405)]
    [InlineData("HEAD", "/sync/todo", 405)]
    [InlineData("OPTIONS", "/sync/todo", 405)]
    [InlineData("POST", "/sync/todo/", 404)]
    [InlineData("GET", "/sync/todo/", 404)]
    [InlineData("DELETE", "/sync/todo/pull", 405)]
    [InlineData("POST", "/sync/todo/pull", 405)]
    [InlineData("HEAD", "/sync/todo/pull", 405)]
    [InlineData("OPTIONS", "/sync/todo/pull", 405)]
    [InlineData("GET", "/sync/todo/pull/", 404)]
    [InlineData("GET", "/sync/todo/pull/more", 404)]
    [InlineData("POST", "/sync", 404)]
    [InlineData("POST", "/sync/", 404)]
    public async Task Scenario_24_1_18_paths_and_methods_are_exact(string method, string path, int status)
    {
        var person = await origins.Inner.PersonAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path + "?collection=tasks&since=1970-01-01T00:00:00.000Z");
        var answer = await person.SendAsync(request);
        Assert.Equal(status, (int)answer.Status);
        if (status == 405)
            Assert.Contains(path.EndsWith("/pull", StringComparison.Ordinal) ? "GET" : "POST", answer.Message.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("/sync/todo", "POST")]
    [InlineData("/sync/todo/pull", "GET")]
    public async Task Scenario_24_1_19_preflight_from_an_allowed_origin(string path, string method)
    {
        using var response = await PreflightAsync("https://app.example.org", path, method);
        Assert.Equal(204, (int)response.StatusCode);
        Assert.Equal("https://app.example.org", Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Header(response, "Access-Control-Allow-Credentials"));
        Assert.Contains("X-Client-Id", Header(response, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(method, Header(response, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Equal("600", Header(response, "Access-Control-Max-Age"));
    }

    [Theory]
    [InlineData("https://todo.example", true)]
    [InlineData("https://evil.test", false)]
    [InlineData("https://example", false)]
    [InlineData("http://todo.example", false)]
    [InlineData("https://todo.example.evil.test", false)]
    [InlineData("https://evil.test/.example", false)]
    public async Task Scenario_24_1_20_wildcard_sub_domains(string origin, bool allowed)
    {
        using var response = await PreflightAsync(origin, "/sync/todo", "POST");
        Assert.Equal(allowed ? origin : null, Header(response, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_real_answer_carries_the_origin_too()
    {
        var person = await origins.Inner.PersonAsync(origins.Host);
        person.Http.DefaultRequestHeaders.Add("Origin", "https://app.example.org");
        var answer = (await person.PushAsync("")).Ok();
        Assert.Equal("https://app.example.org", Header(answer.Message, "Access-Control-Allow-Origin"));
    }

    async Task<HttpResponseMessage> PreflightAsync(string origin, string path, string method)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,x-client-id");
        return await origins.Host.CreateClient().SendAsync(request);
    }

    static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    public sealed class Origins : IAsyncLifetime
    {
        internal SyncFixture Inner { get; } = new();

        internal TestHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Inner.InitializeAsync();
            Host = await new TestHost(Inner.Database).With("Origins:Trusted", "https://app.example.org, https://*.example").StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await Inner.DisposeAsync();
        }
    }
}
