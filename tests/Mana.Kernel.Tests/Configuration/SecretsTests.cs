using Mana.Kernel.Configuration;
using Mana.Kernel.ServiceKeys;
using Xunit;

namespace Mana.Kernel.Tests.Configuration;

public sealed class SecretsTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("dev-service-key", false)]
    [InlineData("changeme", false)]
    [InlineData("short", false)]
    [InlineData("change-me-in-production", false)]
    [InlineData("your-secret-goes-here-0123", false)]
    [InlineData("<service-key-of-32-letters>", false)]
    [InlineData("00000000000000000000000000000000", false)]
    [InlineData("abababababababababababababababab", false)]
    [InlineData("mH3v9q-2kd8s0-long-enough", true)]
    public void Production_takes_only_secrets_of_its_own(string? value, bool good)
    {
        Assert.Equal(good, Secrets.Problem("KEY", value, production: true) is null);
        Assert.Null(Secrets.Problem("KEY", value, production: false));
    }

    [Fact]
    public void The_message_names_the_key_and_never_the_value()
    {
        var problem = Assert.Single(new ServiceKeyOptions { Current = "dev-service-key" }.Problems(production: true));
        Assert.Contains("MANA_SERVICE_KEY", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("dev-service-key", problem, StringComparison.Ordinal);
        Assert.Empty(new ServiceKeyOptions().Problems(production: true));
    }
}
