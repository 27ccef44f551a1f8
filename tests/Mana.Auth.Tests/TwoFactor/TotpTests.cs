using System.Text;
using Mana.Auth.TwoFactor;

namespace Mana.Auth.Tests.TwoFactor;

public sealed class TotpTests
{
    static readonly byte[] Key = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B: the last six of its eight digits.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void The_vectors_of_the_RFC_hold(long at, string code)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(at);
        Assert.Equal(code, Totp.Code(Key, Totp.StepAt(now)));
        Assert.Equal(at / 30, Totp.Match(Key, code, now, null));
    }

    [Fact]
    public void One_step_of_tolerance_each_way_and_each_code_once()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(2_000_000_010);
        var step = Totp.StepAt(now);
        for (var away = -2; away <= 2; away++)
            Assert.Equal(Math.Abs(away) <= 1 ? step + away : null, Totp.Match(Key, Totp.Code(Key, step + away), now, null));
        Assert.Null(Totp.Match(Key, Totp.Code(Key, step), now, step));
        Assert.Null(Totp.Match(Key, Totp.Code(Key, step - 1), now, step));
        Assert.Equal(step + 1, Totp.Match(Key, Totp.Code(Key, step + 1), now, step));
    }

    [Theory]
    [InlineData("")]
    [InlineData("28708")]
    [InlineData("2870820")]
    [InlineData("２８７０８２")]
    [InlineData("-87082")]
    public void What_is_no_code_matches_nothing(string code) => Assert.Null(Totp.Match(Key, code, DateTimeOffset.FromUnixTimeSeconds(59), null));

    /// <summary>auth.md 32. The secret is one of the original: the UTF-8 of its letters is the key.</summary>
    [Fact]
    public void The_vector_of_the_specification_holds_for_a_secret_of_the_original() =>
        Assert.Equal(
            "otpauth://totp/Mana:a%40b.de?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43UOV3HO6DZPJAUEQ2EIVDA&issuer=Mana&digits=6&period=30",
            AuthenticatorUri.Of("abcdefghijklmnopqrstuvwxyzABCDEF"u8, "a@b.de", "Mana"));

    [Fact]
    public void The_picture_is_an_svg_of_its_own()
    {
        var svg = AuthenticatorUri.Svg(AuthenticatorUri.Of(Key, "ada@example.test", "Mana"));
        Assert.StartsWith("<svg", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("href", svg, StringComparison.Ordinal);
        Assert.StartsWith("data:image/svg+xml;base64,", AuthenticatorUri.DataUri(svg), StringComparison.Ordinal);
    }
}
