using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mana.Auth.Keys;

namespace Mana.Auth.Tests.Keys;

public sealed class Ed25519Tests
{
    /// <summary>RFC 8032 7.1, tests 1, 2, 3 and SHA(abc): seed, public key, message, signature.</summary>
    public static TheoryData<string, string, string, string> Vectors => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
        {
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Rfc_8032_vectors(string seed, string publicKey, string message, string signature)
    {
        var key = Ed25519Key.FromSeed(Convert.FromHexString(seed));
        var data = Convert.FromHexString(message);

        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey));
        Assert.Equal(signature, Convert.ToHexStringLower(key.Sign(data)));
        Assert.True(Ed25519Key.FromPublicKey(Convert.FromHexString(publicKey)).Verify(data, Convert.FromHexString(signature)));
    }

    [Fact]
    public void Rfc_8037_a_4_signs_a_JWS_and_a_3_names_its_key()
    {
        var key = Ed25519Key.FromSeed(Base64Url.DecodeFromChars("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
        var signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";

        Assert.Equal("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", Base64Url.EncodeToString(key.PublicKey));
        Assert.Equal(
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
            Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed))));
        Assert.Equal("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", Jwk.Thumbprint(key.PublicKey));
    }

    [Fact]
    public void Any_changed_bit_of_message_or_signature_is_refused()
    {
        var key = Ed25519Key.FromSeed(RandomNumberGenerator.GetBytes(32));
        Check.QuickThrowOnFailure(Prop.ForAll((NonEmptyArray<byte> given, NonNegativeInt position) =>
        {
            var message = given.Get;
            var signature = key.Sign(message);
            Assert.True(key.Verify(message, signature));
            Assert.False(key.Verify(Flip(message, position.Get), signature));
            Assert.False(key.Verify(message, Flip(signature, position.Get)));
        }));
    }

    [Fact]
    public void A_signature_of_another_length_or_above_the_group_order_is_refused()
    {
        var key = Ed25519Key.FromSeed(RandomNumberGenerator.GetBytes(32));
        var signature = key.Sign("message"u8);
        var malleable = signature.ToArray();
        malleable.AsSpan(32).Fill(0xff);

        Assert.False(key.Verify("message"u8, signature.AsSpan(0, 63)));
        Assert.False(key.Verify("message"u8, [.. signature, 0]));
        Assert.False(key.Verify("message"u8, []));
        Assert.False(key.Verify("message"u8, malleable));
    }

    [Fact]
    public void One_key_serves_many_threads()
    {
        var key = Ed25519Key.FromSeed(RandomNumberGenerator.GetBytes(32));
        var wrong = 0;
        Parallel.For(0, 2000, number =>
        {
            var message = BitConverter.GetBytes(number);
            if (!key.Verify(message, key.Sign(message)) || key.Verify(BitConverter.GetBytes(number + 1), key.Sign(message)))
                Interlocked.Increment(ref wrong);
        });
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void A_seed_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => Ed25519Key.FromSeed(new byte[31]));

    static byte[] Flip(byte[] bytes, int position)
    {
        var flipped = bytes.ToArray();
        flipped[position / 8 % flipped.Length] ^= (byte)(1 << (position % 8));
        return flipped;
    }
}
