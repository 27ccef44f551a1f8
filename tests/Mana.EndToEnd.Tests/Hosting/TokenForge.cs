using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Mana.Auth.Keys;

namespace Mana.EndToEnd.Tests.Hosting;

/// <summary>
/// Makes the tokens that a host must refuse. It knows the host's own signing key, because the key is sealed with the development key
/// and the test can read the database.
/// </summary>
internal sealed class TokenForge
{
    const string DevelopmentKey = "mana-development-key-do-not-use!";
    const int NonceLength = 12;
    const int TagLength = 16;
    readonly JsonObject _claims;
    readonly Ed25519Key _ours;
    readonly string _kid;

    TokenForge(string realToken, byte[] sealedSeed)
    {
        var segments = realToken.Split('.');
        _kid = (string)Parse(segments[0])["kid"]!;
        _claims = Parse(segments[1]);
        var seed = new byte[sealedSeed.Length - NonceLength - TagLength];
        using var aes = new AesGcm(Encoding.ASCII.GetBytes(DevelopmentKey), TagLength);
        aes.Decrypt(sealedSeed.AsSpan(0, NonceLength), sealedSeed.AsSpan(NonceLength, seed.Length), sealedSeed.AsSpan(sealedSeed.Length - TagLength), seed,
            Encoding.UTF8.GetBytes("mana auth signing key v1:" + _kid));
        _ours = Ed25519Key.FromSeed(seed);
    }

    public static async Task<TokenForge> OpenAsync(SharedHost host, string realToken)
    {
        var kid = (string)Parse(realToken.Split('.')[0])["kid"]!;
        return new TokenForge(realToken, (await host.ScalarAsync<byte[]>("SELECT private_key_encrypted FROM auth.signing_keys WHERE kid = $1", kid))!);
    }

    /// <summary>Signed by the host's own key, with the claims of the real token except for <paramref name="change"/>.</summary>
    public string Ours(Action<JsonObject>? change = null, string typ = "at+jwt") => Signed(_ours, "EdDSA", typ, change);

    /// <summary>The real claims under the host's kid, signed by somebody else.</summary>
    public string Foreign() => Signed(Ed25519Key.FromSeed(RandomNumberGenerator.GetBytes(Ed25519Key.SeedLength)), "EdDSA", "at+jwt", null);

    public string WithoutSignature() => Unsigned("none", "at+jwt", null) + ".";

    /// <summary>HS256 with the public key as the secret: what a careless verifier would accept.</summary>
    public string Symmetric()
    {
        var input = Unsigned("HS256", "at+jwt", null);
        return $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(_ours.PublicKey, Encoding.ASCII.GetBytes(input)))}";
    }

    string Signed(Ed25519Key key, string algorithm, string typ, Action<JsonObject>? change)
    {
        var input = Unsigned(algorithm, typ, change);
        return $"{input}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(input)))}";
    }

    string Unsigned(string algorithm, string typ, Action<JsonObject>? change)
    {
        var claims = (JsonObject)_claims.DeepClone();
        change?.Invoke(claims);
        return $"{Encode(new JsonObject { ["alg"] = algorithm, ["kid"] = _kid, ["typ"] = typ })}.{Encode(claims)}";
    }

    static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    static JsonObject Parse(string segment) => JsonNode.Parse(Base64Url.DecodeFromChars(segment))!.AsObject();
}
