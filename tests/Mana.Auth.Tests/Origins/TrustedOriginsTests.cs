using Mana.Auth.Origins;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Mana.Auth.Tests.Origins;

public sealed class TrustedOriginsTests
{
    const string List = "https://mana.how,http://localhost:5173,https://*.mana.how";

    [Theory]
    [InlineData("https://mana.how", true)]
    [InlineData("HTTPS://MANA.HOW", true)]
    [InlineData("http://localhost:5173", true)]
    [InlineData("https://auth.mana.how", true)]
    [InlineData("http://mana.how", false)]
    [InlineData("https://mana.how:8443", false)]
    [InlineData("http://localhost:5174", false)]
    [InlineData("https://todo.mana.how", false)]
    [InlineData("https://mana.how.evil.example", false)]
    [InlineData("https://mana.how/", false)]
    [InlineData("https://mana.how@evil.example", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void An_origin_is_trusted_when_it_is_on_the_list_to_the_letter(string? origin, bool trusted) => Assert.Equal(trusted, Make("Development").Contains(origin));

    [Fact]
    public void Http_is_nobodys_origin_in_production() => Assert.False(Make("Production").Contains("http://localhost:5173"));

    [Theory]
    [InlineData("/welcome?x=1", "/welcome?x=1")]
    [InlineData("https://mana.how", "https://mana.how/")]
    [InlineData("https://mana.how/reset?a=b#c", "https://mana.how/reset?a=b#c")]
    [InlineData("//evil.example", null)]
    [InlineData("/\\evil.example", null)]
    [InlineData("\\\\evil.example", null)]
    [InlineData("/\tevil", null)]
    [InlineData("https://evil.example/?https://mana.how", null)]
    [InlineData("https://mana.how@evil.example/", null)]
    [InlineData("https://user:pw@mana.how/", null)]
    [InlineData("https://todo.mana.how/", null)]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("welcome", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_browser_is_sent_to_us_or_to_a_trusted_origin_or_nowhere(string? target, string? expected) => Assert.Equal(expected, Make("Development").Target(target));

    static TrustedOrigins Make(string environment) =>
        new(new Kernel.Network.TrustedOrigins { Trusted = List }, new AuthOptions { BaseUrl = "https://auth.mana.how" }, new Surroundings { EnvironmentName = environment });

    sealed class Surroundings : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "";

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
