using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Auth.Keys;
using Mana.Auth.Tests.Cookies;

namespace Mana.Auth.Tests.Passkeys;

/// <summary>
/// An authenticator and its browser (WebAuthn Level 3), written from their side of the specification: it makes what
/// <c>navigator.credentials</c> gives, with knobs for everything that can be wrong with it.
/// </summary>
internal sealed class SoftwareAuthenticator
{
    const byte Attested = 0x40;
    readonly List<(int Label, object Value)> _publicKey;
    readonly Func<byte[], byte[]> _sign;

    public SoftwareAuthenticator(int algorithm = -7)
    {
        if (algorithm == -8)
        {
            var key = Ed25519Key.FromSeed(RandomNumberGenerator.GetBytes(32));
            (_publicKey, _sign) = ([(1, 1), (3, -8), (-1, 6), (-2, key.PublicKey)], data => key.Sign(data));
        }
        else if (algorithm == -257)
        {
            var key = RSA.Create(2048);
            var known = key.ExportParameters(false);
            (_publicKey, _sign) = ([(1, 3), (3, -257), (-1, known.Modulus!), (-2, known.Exponent!)], data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
        else
        {
            // Anything but ES256 is a key of the second curve, which nobody has asked for.
            var key = ECDsa.Create(algorithm == -7 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
            var point = key.ExportParameters(false).Q;
            _publicKey = [(1, 2), (3, algorithm), (-1, algorithm == -7 ? 1 : 2), (-2, point.X!), (-3, point.Y!)];
            _sign = data => key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    public byte[] CredentialId { get; set; } = RandomNumberGenerator.GetBytes(20);

    public string Origin { get; set; } = Browser.App;

    public string RpId { get; set; } = "localhost";

    /// <summary>User present and verified; 0x08 and 0x10: may be and is backed up.</summary>
    public byte Flags { get; set; } = 0x05;

    public uint Counter { get; set; } = 1;

    public string? Type { get; set; }

    public string? Challenge { get; set; }

    public bool CrossOrigin { get; set; }

    public bool Tampered { get; set; }

    public byte[]? UserHandle { get; set; }

    public object Create(JsonElement options)
    {
        UserHandle ??= Base64Url.DecodeFromChars(options.GetProperty("user").GetProperty("id").GetString());
        var data = new List<byte>(AuthenticatorData((byte)(Flags | Attested)));
        data.AddRange(new byte[16]);
        data.AddRange([(byte)(CredentialId.Length >> 8), (byte)CredentialId.Length]);
        data.AddRange(CredentialId);
        data.AddRange(CoseKey());
        var cbor = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cbor.WriteStartMap(3);
        cbor.WriteTextString("fmt");
        cbor.WriteTextString("none");
        cbor.WriteTextString("attStmt");
        cbor.WriteStartMap(0);
        cbor.WriteEndMap();
        cbor.WriteTextString("authData");
        cbor.WriteByteString([.. data]);
        cbor.WriteEndMap();
        return Credential(new
        {
            clientDataJSON = Text(ClientData("webauthn.create", options)),
            attestationObject = Text(cbor.Encode()),
            transports = (string[])["internal", "hybrid", "NOT A TRANSPORT"],
        });
    }

    public object Get(JsonElement options)
    {
        var (data, client) = (AuthenticatorData(Flags), ClientData("webauthn.get", options));
        byte[] signed = [.. data, .. SHA256.HashData(client)];
        var signature = _sign(signed);
        if (Tampered)
            signature[^1] ^= 1;
        return Credential(new
        {
            clientDataJSON = Text(client),
            authenticatorData = Text(data),
            signature = Text(signature),
            userHandle = UserHandle is null ? null : Text(UserHandle),
        });
    }

    object Credential(object response) => new
    {
        id = Text(CredentialId), rawId = Text(CredentialId), type = "public-key", response, clientExtensionResults = new { }, authenticatorAttachment = "platform",
    };

    byte[] AuthenticatorData(byte flags)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(RpId)), flags, .. counter];
    }

    byte[] ClientData(string type, JsonElement options) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        type = Type ?? type, challenge = Challenge ?? options.GetProperty("challenge").GetString(), origin = Origin, crossOrigin = CrossOrigin,
    });

    byte[] CoseKey()
    {
        var cbor = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cbor.WriteStartMap(_publicKey.Count);
        foreach (var (label, value) in _publicKey)
        {
            cbor.WriteInt32(label);
            if (value is int number)
                cbor.WriteInt32(number);
            else
                cbor.WriteByteString((byte[])value);
        }

        cbor.WriteEndMap();
        return cbor.Encode();
    }

    static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
