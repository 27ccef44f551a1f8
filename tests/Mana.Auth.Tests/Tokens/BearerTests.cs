using Mana.Kernel;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Notifications;
using Mana.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Tokens;

/// <summary>The words in which a protected route refuses: they decide whether the client library refreshes (auth.md 24.4).</summary>
public sealed class BearerTests : IAsyncLifetime
{
    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    string _database = "";
    WebApplication _app = null!;
    string _token = "";

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection([new("Database:Url", _database), new("Jobs:Enabled", "false")]);
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddKernel(builder.Configuration).AddNotifications(builder.Configuration).AddAuth(builder.Configuration);
        _app = builder.Build();
        await _app.PrepareDatabaseAsync();
        _app.UseKernel();
        _app.UseRouting();
        _app.UseAuthentication();
        _app.UseRateLimiter();
        _app.UseAuthorization();
        _app.MapAuth();
        _app.MapGet("/probe", (CurrentUser user) => user.UserId).RequireAuthorization(Policies.User);
        _app.MapGet("/probe/sync", () => "").RequireAuthorization(Policies.User).WithMetadata(new ErrorStyle(Unauthorized: "unauthorized"));
        _app.MapGet("/probe/admin", () => "").RequireAuthorization(policy => policy.RequireRole("admin"));
        await _app.StartAsync();

        using var client = _app.GetTestClient();
        var email = AuthApi.NewEmail();
        using var registered = await client.PostAsync(new Uri("/api/v1/auth/register", UriKind.Relative), Json(email));
        using var login = await client.PostAsync(new Uri("/api/v1/auth/login", UriKind.Relative), Json(email));
        using var answer = System.Text.Json.JsonDocument.Parse(await login.Content.ReadAsStringAsync());
        _token = answer.RootElement.GetProperty("accessToken").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("bearer ")]
    [InlineData("BEARER   ")]
    public async Task A_good_token_passes_whatever_the_case_of_the_scheme(string scheme) => Assert.Equal(200, (await SendAsync("/probe", scheme + _token)).Status);

    [Fact]
    public async Task Scenario_88_an_expired_token_says_so()
    {
        _clock.Advance(TimeSpan.FromSeconds(930));
        var (status, body, challenge) = await SendAsync("/probe", "Bearer " + _token);

        Assert.Equal(401, status);
        Assert.Equal("""{"statusCode":401,"code":"TOKEN_EXPIRED","error":"TOKEN_EXPIRED","message":"Token expired"}""", body);
        Assert.Equal("""Bearer realm="mana", error="invalid_token", error_description="Token expired" """.TrimEnd(), challenge);
        Assert.Equal("""{"statusCode":401,"code":"TOKEN_EXPIRED","error":"unauthorized","message":"Token expired"}""", (await SendAsync("/probe/sync", "Bearer " + _token)).Body);
    }

    [Theory]
    [InlineData("Bearer garbage")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")]
    [InlineData("Bearer two words")]
    public async Task Any_other_token_is_invalid(string header)
    {
        var (status, body, challenge) = await SendAsync("/probe", header);

        Assert.Equal(401, status);
        Assert.Equal("""{"statusCode":401,"code":"INVALID_TOKEN","error":"UNAUTHORIZED","message":"Invalid token"}""", body);
        Assert.Equal("""Bearer realm="mana", error="invalid_token", error_description="Invalid token" """.TrimEnd(), challenge);
        Assert.Equal("""{"statusCode":401,"code":"INVALID_TOKEN","error":"unauthorized","message":"Invalid token"}""", (await SendAsync("/probe/sync", header)).Body);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic YTpi")]
    [InlineData("TOKEN")]
    public async Task Without_a_token_there_is_no_error_in_the_challenge(string? header)
    {
        var (status, body, challenge) = await SendAsync("/probe", header == "TOKEN" ? _token : header);

        Assert.Equal(401, status);
        Assert.Equal("""{"statusCode":401,"code":"INVALID_TOKEN","error":"UNAUTHORIZED","message":"Missing or invalid Authorization header"}""", body);
        Assert.Equal("""Bearer realm="mana" """.TrimEnd(), challenge);
    }

    [Fact]
    public async Task Two_headers_are_no_token() => Assert.Equal(401, (await SendAsync("/probe", "Bearer " + _token, "Bearer " + _token)).Status);

    [Fact]
    public async Task A_good_token_of_the_wrong_role_is_forbidden()
    {
        var (status, body, _) = await SendAsync("/probe/admin", "Bearer " + _token);
        Assert.Equal(403, status);
        Assert.Contains("\"error\":\"FORBIDDEN\"", body, StringComparison.Ordinal);
    }

    static StringContent Json(string email) =>
        new(System.Text.Json.JsonSerializer.Serialize(new { email, password = AuthApi.Password }), System.Text.Encoding.UTF8, "application/json");

    async Task<(int Status, string Body, string? Challenge)> SendAsync(string path, params string?[] headers)
    {
        var context = await ((TestServer)_app.Services.GetRequiredService<IServer>()).SendAsync(request =>
        {
            request.Request.Path = path;
            if (headers is not [null])
                request.Request.Headers.Authorization = headers;
        });
        using var reader = new StreamReader(context.Response.Body);
        return (context.Response.StatusCode, await reader.ReadToEndAsync(), context.Response.Headers.WWWAuthenticate);
    }
}
