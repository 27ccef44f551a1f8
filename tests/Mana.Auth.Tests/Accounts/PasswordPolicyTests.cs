using Mana.Auth.Accounts;

namespace Mana.Auth.Tests.Accounts;

public sealed class PasswordPolicyTests
{
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
        var password = string.Concat(Enumerable.Repeat(bytes == 4 ? "🐎" : "x", count));
        Assert.Equal(good, PasswordPolicy.Weakness(password, "ada@example.org", "Ada") is null);
    }

    [Theory]
    [InlineData("adalovelace@example.org")]
    [InlineData("AdaLovelace@Example.ORG")]
    [InlineData("adalovelace")]
    [InlineData("Countess of L")]
    [InlineData(" countess of l ")]
    public void Name_and_address_are_no_passwords(string password) =>
        Assert.NotNull(PasswordPolicy.Weakness(password, "adalovelace@example.org", "Countess of L"));
}
