using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Auth.Oidc.Dpop;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Mana.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mana.Auth.Tests.Tokens;

public sealed class AccessTokenVerifierTests : ISigningKeySource
{
    const string Issuer = "https://auth.mana.test";

    static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    readonly FakeClock _clock = new(Now);
    readonly LoadedKey _key;
    readonly AccessTokens _tokens;
    readonly AccessTokenVerifier _verifier;

    public AccessTokenVerifierTests()
    {
        var key = Ed25519Key.FromSeed(RandomNumberGenerator.GetBytes(32));
        _key = new LoadedKey(Jwk.Thumbprint(key.PublicKey), SigningKeyState.Active, "{}", key);
        var ring = new SigningKeyRing(this, _clock, NullLogger<SigningKeyRing>.Instance);
        var options = new AuthOptions { BaseUrl = Issuer + "/" };
        _tokens = new AccessTokens(ring, options, new TestIds(), _clock);
        // No database answers there, so every session counts as alive.
        var standing = new SessionStanding(NpgsqlDataSource.Create("Host=127.0.0.1;Port=1"), _clock, NullLogger<SessionStanding>.Instance);
        _verifier = new AccessTokenVerifier(ring, new VerifiedTokenCache(), standing, new DpopProofs(null!, _clock), null!, options, _clock);
    }

    string GoodHeader => $$"""{"alg":"EdDSA","kid":"{{_key.Kid}}","typ":"at+jwt"}""";

    Task<IReadOnlyList<LoadedKey>> ISigningKeySource.LoadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<LoadedKey>>([_key]);

    [Fact]
    public async Task A_minted_token_says_who_it_speaks_for()
    {
        var token = await MintAsync();
        var user = Assert.IsType<TokenVerdict.Valid>(await VerifyAsync(token)).User;

        Assert.Equal(new("u1", "s1", "ada@example.org", "admin", "beta", Now.AddSeconds(900)), user);
        Assert.True(token.Length < 1024, "auth.md 7.1: keep it below 1 kB");
    }

    [Fact]
    public async Task Claims_are_those_of_the_specification()
    {
        var token = await MintAsync();
        var claims = TokenText.Claims(token);

        Assert.Equal(["alg", "kid", "typ"], TokenText.Header(token).EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            ["sub", "email", "role", "sid", "tier", "iat", "exp", "iss", "aud", "jti", "auth_time", "amr", "client_id"],
            claims.EnumerateObject().Select(member => member.Name));
        Assert.Equal(Now.ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.Equal(Now.ToUnixTimeSeconds() + 900, claims.GetProperty("exp").GetInt64());
        Assert.Equal(Issuer, claims.GetProperty("iss").GetString());
        Assert.Equal("mana", claims.GetProperty("aud").GetString());
        Assert.Equal("pwd", Assert.Single(claims.GetProperty("amr").EnumerateArray()).GetString());
        Assert.NotEqual(claims.GetProperty("jti").GetString(), TokenText.Claims(await MintAsync()).GetProperty("jti").GetString());
    }

    [Fact]
    public async Task It_ends_thirty_seconds_after_its_expiry_and_not_before_even_when_cached()
    {
        var token = await MintAsync();
        _clock.Advance(TimeSpan.FromSeconds(929));
        Assert.IsType<TokenVerdict.Valid>(await VerifyAsync(token));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<TokenVerdict.Expired>(await VerifyAsync(token));
        Assert.IsType<TokenVerdict.Expired>(await VerifyAsync(Sign(claims => claims["exp"] = Now.ToUnixTimeSeconds())));
    }

    public static TheoryData<string, string> WrongHeaders => new()
    {
        { """{"alg":"none","kid":"KID","typ":"at+jwt"}""", "algorithm" },
        { """{"alg":"HS256","kid":"KID","typ":"at+jwt"}""", "algorithm" },
        { """{"alg":"RS256","kid":"KID","typ":"at+jwt"}""", "algorithm" },
        { """{"alg":"eddsa","kid":"KID","typ":"at+jwt"}""", "algorithm" },
        { """{"kid":"KID","typ":"at+jwt"}""", "algorithm" },
        { """{"alg":"EdDSA","kid":"KID","typ":"at+jwt","crit":["b64"],"b64":false}""", "algorithm" },
        { """{"alg":"EdDSA","kid":"KID","typ":"id+jwt"}""", "type" },
        { """{"alg":"EdDSA","kid":"KID","typ":"logout+jwt"}""", "type" },
        { """{"alg":"EdDSA","typ":"at+jwt"}""", "key" },
        { """{"alg":"EdDSA","kid":"unknown","typ":"at+jwt"}""", "key" },
        { """{"alg":"EdDSA","kid":7,"typ":"at+jwt"}""", "malformed" },
        { """{"alg":"EdDSA","alg":"none","kid":"KID","typ":"at+jwt"}""", "malformed" },
        { """{"alg":"EdDSA","kid":"\ud800","typ":"at+jwt"}""", "malformed" },
        { """["EdDSA"]""", "malformed" },
        { "EdDSA", "malformed" },
    };

    [Theory]
    [MemberData(nameof(WrongHeaders))]
    public async Task A_wrong_header_is_refused(string header, string reason) =>
        Assert.Equal(new TokenVerdict.Invalid(reason), await VerifyAsync(TokenText.Sign(_key.Key, header.Replace("KID", _key.Kid, StringComparison.Ordinal), Claims().ToJsonString())));

    [Theory]
    [InlineData("""{"alg":"EdDSA","kid":"KID","typ":"JWT"}""")]
    [InlineData("""{"alg":"EdDSA","kid":"KID"}""")]
    [InlineData("""{"typ":"AT+JWT","kid":"KID","alg":"EdDSA"}""")]
    public async Task The_types_of_older_issuers_are_accepted(string header) =>
        Assert.IsType<TokenVerdict.Valid>(await VerifyAsync(TokenText.Sign(_key.Key, header.Replace("KID", _key.Kid, StringComparison.Ordinal), Claims().ToJsonString())));

    public static TheoryData<string, string, string> WrongClaims => new()
    {
        { "iss", "\"https://evil.example\"", "issuer" },
        { "iss", "\"https://auth.mana.test/\"", "issuer" },
        { "iss", "7", "issuer" },
        { "aud", "\"other\"", "audience" },
        { "aud", "[\"other\",\"mana2\"]", "audience" },
        { "aud", "{\"mana\":1}", "audience" },
        { "aud", "[]", "audience" },
        { "sub", "\"\"", "subject" },
        { "sub", "1", "subject" },
        { "role", "[\"admin\"]", "claims" },
        { "exp", "\"2099-01-01\"", "claims" },
        { "exp", "1e300", "claims" },
        { "exp", "253402300799", "claims" },
        { "exp", "-1", "claims" },
        { "nbf", "1795176031", "not_yet_valid" },
        { "nonce", "\"n\"", "id_token" },
        { "at_hash", "\"h\"", "id_token" },
    };

    [Theory]
    [MemberData(nameof(WrongClaims))]
    public async Task A_wrong_claim_is_refused(string name, string value, string reason) =>
        Assert.Equal(new TokenVerdict.Invalid(reason), await VerifyAsync(Sign(claims => claims[name] = JsonNode.Parse(value))));

    [Theory]
    [InlineData("iss", "issuer")]
    [InlineData("aud", "audience")]
    [InlineData("sub", "subject")]
    [InlineData("exp", "no_expiry")]
    public async Task A_missing_claim_is_refused(string name, string reason) =>
        Assert.Equal(new TokenVerdict.Invalid(reason), await VerifyAsync(Sign(claims => claims.Remove(name))));

    [Fact]
    public async Task Optional_claims_have_defaults_and_an_audience_may_be_a_list()
    {
        var token = Sign(claims =>
        {
            claims.Remove("role");
            claims.Remove("tier");
            claims.Remove("sid");
            claims["aud"] = new JsonArray("other", "mana");
            claims["nbf"] = Now.ToUnixTimeSeconds() + 30;
        });
        var user = Assert.IsType<TokenVerdict.Valid>(await VerifyAsync(token)).User;
        Assert.Equal(("user", "public", null), (user.Role, user.Tier, user.SessionId));
    }

    [Fact]
    public async Task Scenario_26_a_token_signed_HS256_with_the_public_key_is_refused()
    {
        var signed = $"{TokenText.Encode($$"""{"alg":"HS256","kid":"{{_key.Kid}}","typ":"at+jwt"}""")}.{TokenText.Encode(Claims().ToJsonString())}";
        var forged = $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(((Ed25519Key)_key.Key).PublicKey, Encoding.ASCII.GetBytes(signed)))}";
        Assert.Equal(new TokenVerdict.Invalid("algorithm"), await VerifyAsync(forged));
    }

    [Fact]
    public async Task Another_key_under_our_key_id_is_refused()
    {
        var stranger = Ed25519Key.FromSeed(RandomNumberGenerator.GetBytes(32));
        Assert.Equal(new TokenVerdict.Invalid("signature"), await VerifyAsync(TokenText.Sign(stranger, GoodHeader, Claims().ToJsonString())));
    }

    [Fact]
    public async Task Another_spelling_of_a_good_token_is_refused()
    {
        var token = await MintAsync();
        Assert.IsType<TokenVerdict.Valid>(await VerifyAsync(token));
        string[] spellings =
        [
            token + "=", token + " ", " " + token, token + "\n", token[..^1], token + "A", token + ".", "." + token, token + "." + token,
            token.Replace('.', ':'), token[..(token.LastIndexOf('.') + 1)], token.Insert(10, " "), token.Insert(10, "+"), token.Insert(10, "ä"),
            // 64 bytes leave four unused bits in the last character: the other fifteen spellings decode to the same signature.
            token[..^1] + (char)(token[^1] + 1),
        ];
        foreach (var spelling in spellings)
            Assert.IsType<TokenVerdict.Invalid>(await VerifyAsync(spelling));
    }

    [Fact]
    public async Task A_payload_with_a_duplicate_or_no_member_is_refused()
    {
        var twice = Claims().ToJsonString().Replace("\"sub\":", "\"sub\":\"admin\",\"sub\":", StringComparison.Ordinal);
        Assert.Equal(new TokenVerdict.Invalid("malformed"), await VerifyAsync(TokenText.Sign(_key.Key, GoodHeader, twice)));
        Assert.Equal(new TokenVerdict.Invalid("malformed"), await VerifyAsync(TokenText.Sign(_key.Key, GoodHeader, "[]")));
        Assert.Equal(new TokenVerdict.Invalid("malformed"), await VerifyAsync(TokenText.Sign(_key.Key, GoodHeader, "not json")));
        Assert.Equal(new TokenVerdict.Invalid("malformed"), await VerifyAsync(TokenText.Sign(_key.Key, GoodHeader, new string('[', 2000))));
    }

    [Fact]
    public async Task A_token_above_eight_kibibytes_is_not_looked_at()
    {
        var large = Sign(claims => claims["padding"] = new string('x', 6200));
        Assert.True(large.Length > CompactJws.LongestToken);
        Assert.Equal(new TokenVerdict.Invalid("malformed"), await VerifyAsync(large));
        Assert.IsType<TokenVerdict.Valid>(await VerifyAsync(Sign(claims => claims["padding"] = new string('x', 5000))));
    }

    [Fact]
    public void Garbage_never_throws() =>
        Check.QuickThrowOnFailure(Prop.ForAll((string? first, string? second, string? third) =>
        {
            foreach (var token in (string[])[$"{first}", $"{first}.{second}.{third}", $"{TokenText.Encode(first ?? "")}.{TokenText.Encode(second ?? "")}.{third}", TokenText.Sign(_key.Key, GoodHeader, $"{{\"exp\":{first}}}")])
                Assert.IsType<TokenVerdict.Invalid>(VerifyAsync(token).GetAwaiter().GetResult());
        }));

    async Task<TokenVerdict> VerifyAsync(string token) => await _verifier.VerifyAsync(token, default);

    string Sign(Action<JsonObject> change)
    {
        var claims = Claims();
        change(claims);
        return TokenText.Sign(_key.Key, GoodHeader, claims.ToJsonString());
    }

    static JsonObject Claims() => new()
    {
        ["sub"] = "u1",
        ["role"] = "user",
        ["tier"] = "public",
        ["sid"] = "s1",
        ["exp"] = Now.ToUnixTimeSeconds() + 900,
        ["iss"] = Issuer,
        ["aud"] = "mana",
    };

    async Task<string> MintAsync() => _tokens.Mint(
        await _tokens.SigningKeyAsync(default),
        new User { Id = "u1", Name = "Ada", Email = "ada@example.org", Role = UserRole.Admin, AccessTier = AccessTier.Beta, CreatedAt = Now, UpdatedAt = Now },
        new Session { Id = "s1", UserId = "u1", CreatedAt = Now, UpdatedAt = Now, ExpiresAt = Now, LastActivityAt = Now, AuthTime = Now, Amr = ["pwd"] }, new ProvenKey());
}
