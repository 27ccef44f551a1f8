using Mana.Auth.Cookies;

namespace Mana.Auth.Tests.Cookies;

public sealed class SignedValueTests
{
    const string Token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";

    static readonly string Signed = Of("test-secret-0123456789abcdef").Sign(Token);

    [Fact]
    public void The_vector_of_the_specification_holds() =>
        Assert.Equal("AbCdEfGhIjKlMnOpQrStUvWxYz012345.suS5Qj7AL6cGDqR0d%2FgH6J7J2moXiDEoW%2FolrlSGz0g%3D", Uri.EscapeDataString(Signed));

    [Fact]
    public void The_first_secret_signs_and_each_of_them_verifies()
    {
        var both = Of("the-new-secret , test-secret-0123456789abcdef");
        Assert.Equal(Token, both.Open(Signed));
        Assert.Equal(Token, Of("the-new-secret").Open(both.Sign(Token)));
        Assert.Null(Of("the-new-secret").Open(Signed));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("no-signature-at-all")]
    [InlineData("AbCdEfGhIjKlMnOpQrStUvWxYz012346.suS5Qj7AL6cGDqR0d/gH6J7J2moXiDEoW/olrlSGz0g=")]
    [InlineData("AbCdEfGhIjKlMnOpQrStUvWxYz012345.suS5Qj7AL6cGDqR0d/gH6J7J2moXiDEoW/olrlSGz0h=")]
    [InlineData("AbCdEfGhIjKlMnOpQrStUvWxYz012345.suS5Qj7AL6cGDqR0d_gH6J7J2moXiDEoW_olrlSGz0g=")]
    [InlineData("AbCdEfGhIjKlMnOpQrStUvWxYz012345.suS5Qj7AL6cGDqR0d/gH6J7J2moXiDEoW/olrlSGz0g")]
    [InlineData("\ud800.suS5Qj7AL6cGDqR0d/gH6J7J2moXiDEoW/olrlSGz0g=")]
    public void Anything_else_opens_nothing(string? text) => Assert.Null(Of("test-secret-0123456789abcdef").Open(text));

    [Fact]
    public void Production_needs_a_secret_of_its_own()
    {
        Assert.Empty(new CookieSettings().Problems(production: false));
        foreach (var bad in (string?[])[null, " ", ",", "short", new string('a', 40), new CookieSettings().Secrets()[0], $"{new string('x', 20)}{new string('y', 20)},short"])
            Assert.Contains("BETTER_AUTH_SECRET", Assert.Single(new CookieSettings { Secret = bad }.Problems(true)), StringComparison.Ordinal);
        var good = Convert.ToBase64String(Enumerable.Range(0, 32).Select(number => (byte)(number * 7)).ToArray());
        Assert.Empty(new CookieSettings { Secret = $"{good},{good}old", Domain = ".mana.how", SameSite = "none" }.Problems(true));
        Assert.Contains("COOKIE_DOMAIN", Assert.Single(new CookieSettings { Domain = "https://mana.how" }.Problems(false)), StringComparison.Ordinal);
        Assert.Contains("COOKIE_SAME_SITE", Assert.Single(new CookieSettings { SameSite = "Strict" }.Problems(false)), StringComparison.Ordinal);
    }

    static SignedValue Of(string secrets) => new(new CookieSettings { Secret = secrets });
}
