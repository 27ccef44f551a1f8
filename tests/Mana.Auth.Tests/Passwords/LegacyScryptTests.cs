using Mana.Auth.Passwords;
using Mana.Testing;

namespace Mana.Auth.Tests.Passwords;

public sealed class LegacyScryptTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    /// <summary>auth.md 32, confirmed against the original.</summary>
    const string Stored =
        "000102030405060708090a0b0c0d0e0f:c6c85dd5cfd6fcc335916040deaab40101730e7c3b172da74b6d37330f61dbc7d7ccebd94a94624cb14e17e0084387d06ab46568b576f02c4954a80b1946cbcc";

    [Fact]
    public void The_vector_of_the_specification_verifies_and_nothing_else()
    {
        Assert.True(LegacyScrypt.IsLegacy(Stored));
        Assert.True(LegacyScrypt.Verify(Stored, "Korrekt-Pferd-9"));
        Assert.False(LegacyScrypt.Verify(Stored, "korrekt-pferd-9"));
        Assert.False(LegacyScrypt.Verify(Stored, ""));
    }

    /// <summary>RFC 7914, section 12, the third vector.</summary>
    [Fact]
    public void OpenSSL_computes_the_scrypt_of_the_rfc()
    {
        var key = new byte[64];
        Mana.Auth.Keys.LibCrypto.Scrypt("pleaseletmein"u8, "SodiumChloride"u8, 16384, 8, 1, 64 * 1024 * 1024, key);
        Assert.Equal(
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
            Convert.ToHexStringLower(key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AQAAAAIAAYagAAAAEHSbEcd4kDHd9OFvVOjl2v0w4oQy")]
    [InlineData("000102030405060708090a0b0c0d0e0f:c6c8")]
    [InlineData("000102030405060708090A0B0C0D0E0F:c6c85dd5cfd6fcc335916040deaab40101730e7c3b172da74b6d37330f61dbc7d7ccebd94a94624cb14e17e0084387d06ab46568b576f02c4954a80b1946cbcc")]
    public void Other_text_is_no_hash_of_the_original(string hash) => Assert.False(LegacyScrypt.IsLegacy(hash));

    [Fact]
    public async Task Scenario_38_an_account_of_the_original_signs_in_and_its_hash_is_upgraded()
    {
        var api = new AuthApi(fixture.Host);
        var email = AuthApi.NewEmail();
        await api.RegisterAsync(email, "Another-Password-1");
        await fixture.ScalarAsync<object>("UPDATE auth.users SET password_hash = $2 WHERE email = $1", email, Stored);

        (await api.LoginAsync(email, "Falsches-Pferd-9")).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.Equal(Stored, await HashAsync(email));
        (await api.LoginAsync(email)).IsOk();

        var upgraded = await HashAsync(email);
        Assert.False(LegacyScrypt.IsLegacy(upgraded!));
        (await api.LoginAsync(email)).IsOk();
        Assert.Equal(upgraded, await HashAsync(email));
        (await api.LoginAsync(email, "Another-Password-1")).IsRefused(401, "INVALID_CREDENTIALS");
    }

    Task<string?> HashAsync(string email) => fixture.ScalarAsync<string>("SELECT password_hash FROM auth.users WHERE email = $1", email);
}
