using System.Security.Cryptography;

namespace Mana.Auth.Tests;

public sealed class AuthOptionsTests
{
    static readonly string GoodKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public void Defaults_will_do_for_Development_and_not_for_Production()
    {
        Assert.Empty(new AuthOptions().Problems(production: false));
        var problems = new AuthOptions().Problems(production: true).ToList();
        Assert.Contains(problems, problem => problem.Contains("BASE_URL", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("MANA_AUTH_KEK", StringComparison.Ordinal));
        Assert.Empty(new AuthOptions { BaseUrl = "https://auth.mana.how/", KeyEncryptionKey = GoodKey }.Problems(production: true));
    }

    /// <summary>31 bytes (scenario 82), not base64, zero, one byte repeated, the development key.</summary>
    public static TheoryData<string> BadKeys =>
    [
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(31)), "%%%", Convert.ToBase64String(new byte[32]),
        Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray()), Convert.ToBase64String(new AuthOptions().KeyEncryptionKeyBytes()), " ",
    ];

    [Theory]
    [MemberData(nameof(BadKeys))]
    public void Scenario_82_Production_refuses_a_key_that_protects_nothing(string key) =>
        Assert.Contains("MANA_AUTH_KEK", Assert.Single(new AuthOptions { BaseUrl = "https://auth.mana.how", KeyEncryptionKey = key }.Problems(true)), StringComparison.Ordinal);

    [Theory]
    [InlineData("ftp://mana.how")]
    [InlineData("auth.mana.how")]
    [InlineData("https://auth.mana.how?x=1")]
    [InlineData("")]
    public void A_base_URL_that_cannot_be_an_issuer_is_refused(string url) =>
        Assert.Contains("BASE_URL", Assert.Single(new AuthOptions { BaseUrl = url }.Problems(false)), StringComparison.Ordinal);

    [Fact]
    public void The_issuer_never_ends_with_a_slash_and_must_be_the_base_URL()
    {
        Assert.Equal("https://auth.mana.how", new AuthOptions { BaseUrl = " https://auth.mana.how/ " }.BaseUrl);
        Assert.Empty(new AuthOptions { BaseUrl = "https://a.example", Issuer = "https://a.example/" }.Problems(false));
        Assert.Contains("JWT_ISSUER", Assert.Single(new AuthOptions { BaseUrl = "https://a.example", Issuer = "https://b.example" }.Problems(false)), StringComparison.Ordinal);
    }
}
