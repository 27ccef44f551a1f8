using Mana.Kernel.Identity;
using Mana.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests;

/// <summary>auth.md 3.5: everything else has a limit too.</summary>
public sealed class OtherLimitTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    /// <summary>Public and the same for everybody.</summary>
    static readonly string[] Open = ["/.well-known/", "/pages/", "/api/auth/jwks", "/api/v1/auth/jwks", "/api/oidc/jwks"];

    [Fact]
    public void Every_route_has_a_limit_or_is_named_here()
    {
        var routes = Routes(fixture.Host).ToList();
        Assert.InRange(routes.Count, 150, 1000);
        var unlimited = routes.Where(route => route.Metadata.GetMetadata<EnableRateLimitingAttribute>() is null
                && !route.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == Policies.Service))
            .Select(route => route.RoutePattern.RawText!).Where(path => !Open.Any(open => path.StartsWith(open, StringComparison.Ordinal)));
        Assert.Empty(unlimited);
        Assert.DoesNotContain(routes, route => route.RoutePattern.RawText!.EndsWith("/jwks", StringComparison.Ordinal) && route.Metadata.GetMetadata<EnableRateLimitingAttribute>() is not null);
    }

    [Theory]
    [InlineData("POST", "/account/keys", "api-key-create")]
    [InlineData("POST", "/api/v1/api-keys", "api-key-create")]
    [InlineData("POST", "/login", "login")]
    [InlineData("GET", "/login", "auth-other")]
    [InlineData("GET", "/account/security", "auth-other")]
    [InlineData("DELETE", "/api/v1/auth/passkeys/{id}", "auth-other")]
    [InlineData("PATCH", "/api/v1/auth/passkeys/{id}", "auth-other")]
    [InlineData("GET", "/api/v1/admin/users", "auth-other")]
    public void A_route_that_names_one_keeps_it(string method, string path, string policy)
    {
        var found = Assert.Single(Routes(fixture.Host), route =>
            route.RoutePattern.RawText!.TrimEnd('/') == path && route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(method) == true);
        Assert.Equal(policy, found.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName);
    }

    [Fact]
    public async Task Beyond_it_the_answer_is_429()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using (var host = await new TestHost(database).With("RateLimits:Enabled", "true").With("RateLimits:Policies:auth-other:PermitsPerMinute", "1")
                         .With("RateLimits:Policies:auth-other:Burst", "3").StartAsync())
        {
            using var client = host.CreateClient();
            var codes = new List<int>();
            for (var request = 0; request < 8; request++)
            {
                using var answer = await client.GetAsync(new Uri("/login", UriKind.Relative));
                codes.Add((int)answer.StatusCode);
            }

            Assert.Equal([200, 200, 200], codes.Take(3));
            Assert.Contains(429, codes);
            using var keys = await client.GetAsync(new Uri("/api/auth/jwks", UriKind.Relative));
            Assert.Equal(200, (int)keys.StatusCode);
        }

        await TestCluster.DropDatabaseAsync(database);
    }

    /// <summary>Those of the module: their handlers are in its assembly.</summary>
    internal static IEnumerable<RouteEndpoint> Routes(TestHost host) => host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(route => route.Metadata.GetMetadata<System.Reflection.MethodInfo>()?.DeclaringType?.Assembly == typeof(AuthModule).Assembly);
}
