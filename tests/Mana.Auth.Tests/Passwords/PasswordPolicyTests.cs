using Mana.Auth.Passwords;

namespace Mana.Auth.Tests.Passwords;

public sealed class PasswordPolicyTests
{
    static readonly PasswordPolicy Policy = new(new AuthOptions());

    [Theory]
    [InlineData(7, 1, false)]
    [InlineData(8, 1, true)]
    [InlineData(128, 1, true)]
    [InlineData(129, 1, false)]
    [InlineData(7, 4, false)]
    [InlineData(8, 4, true)]
    [InlineData(128, 4, true)]
    public void Length_is_counted_in_characters_not_in_code_units(int count, int bytes, bool good)
    {
        var password = string.Concat(Enumerable.Range(0, count).Select(at => bytes == 4 ? char.ConvertFromUtf32(0x1F400 + (at * 7 % 60)) : "kx7!mQ2pVzR9#wLt"[at * 7 % 16].ToString()));
        Assert.Equal(good, Judge(password) is null);
    }

    [Theory]
    [InlineData("kurz", "TooShort")]
    [InlineData("", "TooShort")]
    [InlineData("adalovelace@example.org", "Guessable")]
    [InlineData("AdaLovelace@Example.ORG", "Guessable")]
    [InlineData("adalovelace", "Guessable")]
    [InlineData("Countess of L", "Guessable")]
    [InlineData(" countess of l ", "Guessable")]
    [InlineData("password1", "Guessable")]
    [InlineData("PASSWORD1", "Guessable")]
    [InlineData("12345678", "Guessable")]
    [InlineData("ｐａｓｓｗｏｒｄ１", "Guessable")]
    [InlineData("qwertzuiop", "Guessable")]
    [InlineData("aaaaaaaaaaaaaaaaaaaa", "Guessable")]
    [InlineData("Passw0rd!", "Guessable")]
    public void What_is_weak_is_refused_and_named(string password, string reason) => Assert.Equal(reason, Judge(password)?.Reason.ToString());

    [Theory]
    [InlineData("kx7!mQ2p")]
    [InlineData("Korrekt-Pferd-9")]
    [InlineData("correct horse battery staple")]
    [InlineData("Grüße-aus-Köln")]
    public void What_is_good_is_taken(string password) => Assert.Null(Judge(password));

    [Fact]
    public void Bytes_count_as_well()
    {
        // 128 family emoji would be 128 characters on a screen and more than 512 bytes; a scalar has at most four, so the limit is 128 of those.
        Assert.Null(Judge(string.Concat(Enumerable.Range(0, 128).Select(at => char.ConvertFromUtf32(0x1F400 + (at * 7 % 60))))));
        Assert.Equal(Weakness.TooLong, Judge(string.Concat(Enumerable.Range(0, 129).Select(at => char.ConvertFromUtf32(0x1F400 + (at * 7 % 60)))))?.Reason);
    }

    [Fact]
    public void The_list_has_ten_thousand_entries_that_length_alone_would_let_through()
    {
        Assert.InRange(FrequentPasswords.Count, 10_000, 100_000);
        Assert.True(FrequentPasswords.Contains("iloveyou"));
        Assert.False(FrequentPasswords.Contains("Korrekt-Pferd-9"));
    }

    static WeakPassword? Judge(string password) => Policy.Judge(password, "adalovelace@example.org", "Countess of L");
}
