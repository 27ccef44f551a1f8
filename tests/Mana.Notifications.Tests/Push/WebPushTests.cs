using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Notifications.Push;
using Mana.Testing.Push;

namespace Mana.Notifications.Tests.Push;

/// <summary>RFC 8291 and RFC 8292, without a network.</summary>
public sealed class WebPushTests
{
    const string Receiver = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const string Sender = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    const string Body = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    [Fact]
    public void Scenario_RM25_the_vector_of_RFC_8291_byte_by_byte()
    {
        using var sender = ECDiffieHellman.Create(Point.Parameters(Base64Url.DecodeFromChars(Sender), Base64Url.DecodeFromChars("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")));
        var body = WebPushEncryption.Encrypt(
            "When I grow up, I want to be a watermelon"u8, Base64Url.DecodeFromChars(Receiver), Base64Url.DecodeFromChars("BTBZMqHH6r4Tts7J_aSIgg"), sender, Base64Url.DecodeFromChars("DGv6ra1nlYgDCS1FRnbzlw"));
        Assert.Equal(Body, Base64Url.EncodeToString(body));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3000)]
    public void Whatever_is_encrypted_a_browser_can_read(int length)
    {
        using var browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var (auth, salt, text) = (RandomNumberGenerator.GetBytes(16), RandomNumberGenerator.GetBytes(16), new string('ü', length / 2));
        var body = WebPushEncryption.Encrypt(Encoding.UTF8.GetBytes(text), Point.Of(browser), auth, sender, salt);
        Assert.Equal(text, PushDecryption.Open(body, browser, auth));
        Assert.ThrowsAny<CryptographicException>(() => PushDecryption.Open(body, browser, salt));
    }

    [Fact]
    public void Points_that_are_not_on_the_curve_are_refused()
    {
        var point = Base64Url.DecodeFromChars(Receiver);
        Assert.True(Point.IsValid(point));
        point[40] ^= 1;
        Assert.False(Point.IsValid(point));
        Assert.False(Point.IsValid(point.AsSpan(1)));
        Assert.False(Point.IsValid(new byte[65]));
    }

    [Fact]
    public void Scenario_RM26_VAPID_says_who_we_are_to_one_origin_for_a_day_at_most()
    {
        var clock = new FakeClock(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        var options = new PushOptions { VapidPublicKey = PushSettings.PublicKey, VapidPrivateKey = PushSettings.PrivateKey, VapidSubject = "mailto:push@example.test" };
        Assert.Empty(options.Problems(production: true));
        using var vapid = new Vapid(options, clock);
        var value = vapid.Authorization(new Uri("https://push.example.net:8443/a/b?c"));
        Assert.StartsWith("vapid t=", value, StringComparison.Ordinal);
        Assert.EndsWith($", k={PushSettings.PublicKey}", value, StringComparison.Ordinal);
        var parts = value["vapid t=".Length..value.IndexOf(',', StringComparison.Ordinal)].Split('.');
        var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0])).RootElement;
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1])).RootElement;
        Assert.Equal(("ES256", "JWT"), (header.GetProperty("alg").GetString(), header.GetProperty("typ").GetString()));
        Assert.Equal(("https://push.example.net:8443", "mailto:push@example.test"), (claims.GetProperty("aud").GetString(), claims.GetProperty("sub").GetString()));
        Assert.InRange(claims.GetProperty("exp").GetInt64() - clock.GetUtcNow().ToUnixTimeSeconds(), 1, 24 * 3600);
        using var key = ECDsa.Create(Point.Parameters(Base64Url.DecodeFromChars(PushSettings.PublicKey)));
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));

        Assert.Equal(value, vapid.Authorization(new Uri("https://push.example.net:8443/d")));
        Assert.NotEqual(value, vapid.Authorization(new Uri("https://other.example.net/d")));
        clock.Advance(TimeSpan.FromHours(7));
        Assert.NotEqual(value, vapid.Authorization(new Uri("https://push.example.net:8443/d")));
    }

    [Fact]
    public void Keys_that_are_no_pair_do_not_start_a_host()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var wrong = new PushOptions { VapidPublicKey = PushSettings.PublicKey, VapidPrivateKey = Base64Url.EncodeToString(other.ExportParameters(true).D!), VapidSubject = "mailto:a@example.test" };
        Assert.Contains(wrong.Problems(production: false), problem => problem.Contains("no key pair", StringComparison.Ordinal));
        Assert.Equal(2, new PushOptions { VapidPublicKey = PushSettings.PublicKey }.Problems(production: false).Count());
        Assert.Empty(new PushOptions().Problems(production: true));
    }
}
