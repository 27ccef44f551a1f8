using System.Security.Cryptography;
using System.Text.Json;
using Mana.Auth.Oidc.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Tests.Oidc;

/// <summary><c>private_key_jwt</c> with keys that the client publishes (<c>jwks_uri</c>), over a real socket.</summary>
public sealed class PublishedKeyTests : IAsyncLifetime
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly ECDsa _next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    OidcWorld _world = null!;
    WebApplication _site = null!;
    Func<IResult> _answer = () => Results.NotFound();
    int _calls;

    string Address => _site.Urls.First() + "/keys";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _site = builder.Build();
        _site.Urls.Add("http://127.0.0.1:0");
        _site.MapGet("/keys", () =>
        {
            Interlocked.Increment(ref _calls);
            return _answer();
        });
        _site.MapGet("/elsewhere", () => Published(_key));
        await _site.StartAsync();
        _world = new OidcWorld().With("Auth:Oidc:BackchannelPrivateHosts", new Uri(_site.Urls.First()).Authority);
        await _world.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _site.DisposeAsync();
        _key.Dispose();
        _next.Dispose();
    }

    [Fact]
    public async Task Keys_are_read_once_in_ten_minutes_also_when_many_ask_at_once()
    {
        _answer = () => Published(_key);
        var client = await ClientAsync();
        Assert.Equal(0, _calls);
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TokenAsync(client, _key))))
            answer.IsOk();
        Assert.Equal(1, _calls);
        _world.Clock.Advance(ClientKeySets.Fresh - TimeSpan.FromSeconds(1));
        (await TokenAsync(client, _key)).IsOk();
        Assert.Equal(1, _calls);
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        (await TokenAsync(client, _key)).IsOk();
        Assert.Equal(2, _calls);
    }

    [Fact]
    public async Task A_new_key_is_found_and_one_that_was_taken_away_is_not_believed()
    {
        _answer = () => Published(_key);
        var client = await ClientAsync();
        (await TokenAsync(client, _key)).IsOk();
        _answer = () => Published(_next);
        // Strangers cannot make us call more often than this.
        for (var attempt = 0; attempt < 3; attempt++)
            (await TokenAsync(client, _next)).IsError(401, "invalid_client");
        Assert.Equal(1, _calls);
        _world.Clock.Advance(ClientKeySets.Pause);
        (await TokenAsync(client, _next)).IsOk();
        Assert.Equal(2, _calls);
        (await TokenAsync(client, _key)).IsError(401, "invalid_client");
        Assert.Equal(2, _calls);
    }

    [Fact]
    public async Task Keys_that_cannot_be_had_or_make_no_sense_are_invalid_client_and_asked_for_again_later()
    {
        var client = await ClientAsync();
        var good = JsonSerializer.Serialize(TestKeys.Jwk(_key));
        foreach (var (what, answer) in ((string, Func<IResult>)[])
        [
            ("an error", () => Results.StatusCode(500)),
            ("a redirect, also to good ones", () => Results.Redirect("/elsewhere")),
            ("no JSON", () => Results.Text("keys")),
            ("no set", () => Results.Text(good)),
            ("a set of no objects", () => Results.Text("""{"keys":[1]}""")),
            ("a private key", () => Results.Text($$"""{"keys":[{{good}},{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}]}""")),
            ("text that nothing can read", () => Results.Text($$"""{"keys":[{"kid":"\ud800"},{{good}}]}""")),
            ("a key for encryption", () => Results.Text($$"""{"keys":[{"use":"enc",{{good[1..]}}]}""")),
            ("a key for another algorithm", () => Results.Text($$"""{"keys":[{"alg":"ES384",{{good[1..]}}]}""")),
            ("more than anybody needs", () => Results.Text($$"""{"keys":[{{good}}],"padding":"{{new string('x', ClientKeySets.Largest)}}"}""")),
        ])
        {
            (_answer, _calls) = (answer, 0);
            var refused = await TokenAsync(client, _key);
            Assert.True(refused.Status == 401, $"{what}: {refused.Text}");
            refused.IsError(401, "invalid_client");
            (await TokenAsync(client, _key)).IsError(401, "invalid_client");
            Assert.True(_calls == 1, $"{what}: {_calls} calls");
            _world.Clock.Advance(ClientKeySets.Pause);
        }

        // Keys of kinds that nobody here knows do no harm.
        _answer = () => Results.Text($$"""{"keys":[{"kty":"EC","crv":"P-521","x":"AA","y":"AA"},{"kty":"new","use":"sig"},{"use":"sig","alg":"ES256",{{good[1..]}}]}""", "application/jwk-set+json");
        (await TokenAsync(client, _key)).IsOk();
    }

    [Fact]
    public async Task A_private_address_that_nobody_allowed_is_not_called()
    {
        _answer = () => Published(_key);
        var client = await ClientAsync(Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        (await TokenAsync(client, _key)).IsError(401, "invalid_client");
        Assert.Equal(0, _calls);
    }

    [Fact]
    public async Task Nobody_is_called_for_an_assertion_that_is_wrong_anyway()
    {
        _answer = () => Published(_key);
        var client = await ClientAsync();
        foreach (var wrong in (string[])[Assertion(client, _key, "https://other.example"), Assertion(client, _key, seconds: -60), Assertion(client, _key, seconds: 3600), "rubbish"])
            (await TokenAsync(client, wrong)).IsError(401, "invalid_client");
        Assert.Equal(0, _calls);
        // RFC 9126 2: all three names of ours are taken.
        foreach (var name in (string[])["", RelyingParty.TokenPath, "/api/auth/oauth2/par"])
            (await TokenAsync(client, Assertion(client, _key, OidcWorld.Issuer + name))).IsOk();
    }

    async Task<RelyingParty> ClientAsync(string? address = null)
    {
        var made = await _world.ClientAsync(new ClientDraft(GrantTypes: ["client_credentials"], AllowedScopes: ["reports:read"], TokenEndpointAuthMethod: "private_key_jwt", JwksUri: address ?? Address));
        Assert.Null(made.Secret);
        return made;
    }

    Task<Answer> TokenAsync(RelyingParty client, ECDsa key) => TokenAsync(client, Assertion(client, key));

    static Task<Answer> TokenAsync(RelyingParty client, string assertion) => client.PostRawAsync(RelyingParty.TokenPath,
        [("grant_type", "client_credentials"), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion)], null);

    string Assertion(RelyingParty client, ECDsa key, string audience = OidcWorld.Issuer, int seconds = 60) => TestKeys.Sign(key, """{"alg":"ES256"}""", new
    {
        iss = client.ClientId, sub = client.ClientId, aud = audience, jti = Guid.NewGuid().ToString(), exp = _world.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds,
    });

    static IResult Published(ECDsa key) => Results.Json(new { keys = new[] { TestKeys.Jwk(key) } });
}
