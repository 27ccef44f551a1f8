using Mana.Kernel.Network;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mana.Kernel.Tests.Network;

public sealed class TrustedOriginsTests
{
    static readonly TrustedOrigins Origins = new() { Trusted = " https://mana.how , https://*.mana.how,http://localhost:5173 " };

    [Theory]
    [InlineData("https://mana.how", true)]
    [InlineData("https://todo.mana.how", true)]
    [InlineData("https://a.b.mana.how", true)]
    [InlineData("http://localhost:5173", true)]
    [InlineData("http://mana.how", false)]
    [InlineData("https://evil.test", false)]
    [InlineData("https://evilmana.how", false)]
    [InlineData("https://evil.test/.mana.how", false)]
    [InlineData("https://evil.test:443.mana.how", false)]
    [InlineData("https://user@evil.test#.mana.how", false)]
    [InlineData("https://.mana.how", false)]
    [InlineData("http://localhost:5174", false)]
    public void Cors_takes_what_the_list_names(string origin, bool allowed) => Assert.Equal(allowed, Origins.IsAllowed(origin));

    [Fact]
    public void A_wildcard_is_never_trusted_literally()
    {
        Assert.True(Origins.IsTrusted("https://mana.how"));
        Assert.False(Origins.IsTrusted("https://todo.mana.how"));
    }

    [Theory]
    [InlineData("mana.how")]
    [InlineData("https://mana.how/")]
    [InlineData("https://*.*.how")]
    [InlineData("https://mana.how,https://mana.how")]
    [InlineData("http://mana.how")]
    public void A_bad_list_is_refused_in_production(string list) => Assert.NotEmpty(new TrustedOrigins { Trusted = list }.Problems(production: true));

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void A_client_is_an_ipv4_address_or_an_ipv6_network(string address, string prefix)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(address);
        Assert.Equal(prefix, context.ClientPrefix());
    }
}
