using System.Net;
using Mana.Kernel.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mana.Kernel.Tests.Network;

/// <summary>auth.md scenario 23: a forwarded address counts only when a configured proxy sends it.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData("", "10.0.0.5", "203.0.113.9", "10.0.0.5")]
    [InlineData("10.0.0.0/24", "10.0.0.5", "203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.5", "10.0.0.5", "203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.0/24", "198.51.100.4", "203.0.113.9", "198.51.100.4")]
    [InlineData("10.0.0.0/24", "10.0.0.5", "6.6.6.6, 203.0.113.9", "203.0.113.9")]
    public async Task The_address_is_the_peers_unless_the_peer_is_a_trusted_proxy(string trusted, string peer, string forwarded, string expected)
    {
        var services = new ServiceCollection().AddLogging().AddOptions().AddSingleton(new ProxyOptions { Trusted = trusted }).BuildServiceProvider();
        var seen = "";
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseTrustedProxies();
        pipeline.Run(context =>
        {
            seen = context.ClientPrefix();
            return Task.CompletedTask;
        });
        var request = new DefaultHttpContext { RequestServices = services };
        request.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        request.Request.Headers["X-Forwarded-For"] = forwarded;

        await pipeline.Build()(request);

        Assert.Equal(expected, seen);
    }

    [Fact]
    public void What_is_no_address_is_a_problem() =>
        Assert.Single(new ProxyOptions { Trusted = "10.0.0.0/24, nonsense" }.Problems(production: false));
}
