using System.Security.Cryptography;
using Mana.Auth.Keys;

namespace Mana.Auth.Tests.Keys;

public sealed class SecretBoxTests
{
    static readonly byte[] Secret = [1, 2, 3, 4];

    readonly SecretBox _box = new(new AuthOptions(), new TestIds());

    [Fact]
    public void Opens_only_for_its_purpose_and_in_its_row()
    {
        var stored = _box.Seal("totp", "row-1", Secret);
        Assert.Equal(Secret, _box.Open("totp", "row-1", stored));
        Assert.ThrowsAny<CryptographicException>(() => _box.Open("totp", "row-2", stored));
        Assert.ThrowsAny<CryptographicException>(() => _box.Open("cookie", "row-1", stored));
    }

    [Fact]
    public void Any_changed_byte_is_noticed()
    {
        var stored = _box.Seal("totp", "row-1", Secret);
        for (var i = 0; i < stored.Length; i++)
        {
            var changed = stored.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => _box.Open("totp", "row-1", changed));
        }
    }

    [Fact]
    public void Another_master_key_does_not_open()
    {
        var other = new SecretBox(new AuthOptions { KeyEncryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) }, new TestIds());
        Assert.ThrowsAny<CryptographicException>(() => other.Open("totp", "row-1", _box.Seal("totp", "row-1", Secret)));
        Assert.NotEqual(_box.Digest("address", "x"), other.Digest("address", "x"));
        Assert.NotEqual(_box.Digest("address", "x"), _box.Digest("subject", "x"));
    }
}
