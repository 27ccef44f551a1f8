using FsCheck;
using FsCheck.Fluent;
using Mana.Auth.Accounts;

namespace Mana.Auth.Tests.Accounts;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ada@example.org", "ada@example.org")]
    [InlineData("  Ada@Example.ORG\t", "ada@example.org")]
    [InlineData("ada+todo@example.org", "ada+todo@example.org")]
    [InlineData("ａｄａ@example.org", "ada@example.org")]
    [InlineData("müller@bücher.example", "müller@bücher.example")]
    [InlineData("o'neil_1-x@sub.example.co", "o'neil_1-x@sub.example.co")]
    public void An_address_has_one_form(string text, string normal) => Assert.Equal(normal, EmailAddress.Normalize(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ada")]
    [InlineData("ada@")]
    [InlineData("@example.org")]
    [InlineData("ada@example")]
    [InlineData("ada@example.o")]
    [InlineData("ada@example.12")]
    [InlineData("ada@.org")]
    [InlineData("ada@example..org")]
    [InlineData("ada@-example.org")]
    [InlineData("ada@example.org.")]
    [InlineData(".ada@example.org")]
    [InlineData("ada.@example.org")]
    [InlineData("a..da@example.org")]
    [InlineData("a da@example.org")]
    [InlineData("a\u0000da@example.org")]
    [InlineData("a\r\nbcc:x@example.org")]
    [InlineData("a@b@example.org")]
    [InlineData("ada@exa mple.org")]
    [InlineData("Ada <ada@example.org>")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234X@example.org")]
    public void What_no_mail_reaches_is_no_address(string? text) => Assert.Null(EmailAddress.Normalize(text));

    [Fact]
    public void The_longest_address_has_254_characters()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 61), 3)) + ".org";
        Assert.NotNull(EmailAddress.Normalize(new string('a', 254 - domain.Length - 1) + "@" + domain));
        Assert.Null(EmailAddress.Normalize(new string('a', 254 - domain.Length) + "@" + domain));
    }

    [Fact]
    public void Normalising_twice_changes_nothing_and_never_throws() =>
        Check.QuickThrowOnFailure(Prop.ForAll((NonNull<string> local, NonNull<string> domain) =>
        {
            // JSON cannot deliver half a surrogate pair; neither may the generator.
            var text = string.Concat($"{local.Get}@{domain.Get}.example".Where(character => !char.IsSurrogate(character)));
            if (EmailAddress.Normalize(text) is { } normal)
            {
                Assert.Equal(normal, EmailAddress.Normalize(normal));
                Assert.Equal(normal, new EmailNormalizer().NormalizeEmail(text.ToUpperInvariant().ToLowerInvariant()));
            }
        }));
}
