using System.Security.Cryptography;
using Mana.Auth.Tests.Pages;

namespace Mana.Auth.Tests.Oidc;

/// <summary>RFC 9449 10: a code that only the holder of a key can redeem, named by <c>dpop_jkt</c> or proved at the push.</summary>
public sealed class PushedKeyTests(OidcWorld world) : IClassFixture<OidcWorld>, IDisposable
{
    const string Push = "/api/auth/oauth2/par";

    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly ECDsa _stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task A_code_of_a_named_key_is_for_its_holder_alone()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        var named = ("dpop_jkt", (string?)TestKeys.Thumbprint(_key));
        (await RedeemAsync(client, await client.CodeAsync(browser, named), _stranger)).IsError(400, "invalid_grant");
        (await RedeemAsync(client, await client.CodeAsync(browser, named), null)).IsError(400, "invalid_grant");
        Assert.Equal("DPoP", (await RedeemAsync(client, await client.CodeAsync(browser, named), _key)).IsOk()["token_type"]);
        Assert.Equal("invalid_request", await client.ErrorAsync(browser, ("dpop_jkt", "too-short")));
    }

    [Fact]
    public async Task A_code_of_a_request_pushed_with_a_proof_is_for_the_key_of_the_proof_alone()
    {
        var (browser, _, _) = await world.PersonAsync();
        var client = await world.TrustedAsync();
        (await RedeemAsync(client, await PushedCodeAsync(browser, client, _key), _stranger)).IsError(400, "invalid_grant");
        (await RedeemAsync(client, await PushedCodeAsync(browser, client, _key), null)).IsError(400, "invalid_grant");
        Assert.Equal("DPoP", (await RedeemAsync(client, await PushedCodeAsync(browser, client, _key), _key)).IsOk()["token_type"]);
        // Both ways, and the same key.
        (await RedeemAsync(client, await PushedCodeAsync(browser, client, _key, ("dpop_jkt", TestKeys.Thumbprint(_key))), _key)).IsOk();
        (await RedeemAsync(client, await PushedCodeAsync(browser, client, null, ("dpop_jkt", TestKeys.Thumbprint(_key))), _stranger)).IsError(400, "invalid_grant");
    }

    [Fact]
    public async Task A_push_whose_proof_is_wrong_or_of_another_key_than_it_names_is_refused()
    {
        var client = await world.TrustedAsync();
        var uri = OidcWorld.Issuer + Push;
        (await PushAsync(client, Proof(_stranger, "POST", uri), ("dpop_jkt", TestKeys.Thumbprint(_key)))).IsError(400, "invalid_request");
        foreach (var wrong in (string[])["rubbish", Proof(_key, "GET", uri), Proof(_key, "POST", OidcWorld.Issuer + RelyingParty.TokenPath), Proof(_key, "POST", uri)[..^4] + "AAAA"])
            (await PushAsync(client, wrong)).IsError(400, "invalid_dpop_proof");
        var once = Proof(_key, "POST", uri);
        Assert.Equal(201, (await PushAsync(client, once)).Status);
        (await PushAsync(client, once)).IsError(400, "invalid_dpop_proof");
    }

    async Task<string> PushedCodeAsync(Browser browser, RelyingParty client, ECDsa? by, params (string Name, string? Value)[] changes)
    {
        var pushed = await PushAsync(client, by is null ? null : Proof(by, "POST", OidcWorld.Issuer + Push), changes);
        Assert.Equal(201, pushed.Status);
        return client.Answer(await browser.OpenAsync($"{RelyingParty.AuthorizePath}?client_id={client.ClientId}&request_uri={Uri.EscapeDataString(pushed["request_uri"]!)}"))["code"];
    }

    static Task<Answer> PushAsync(RelyingParty client, string? proof, params (string Name, string? Value)[] changes) => client.PostRawAsync(
        Push, client.Parameters(changes).Select(pair => (pair.Key, (string?)pair.Value)), $"{client.ClientId}:{client.Secret}", proof is null ? [] : [("DPoP", proof)]);

    Task<Answer> RedeemAsync(RelyingParty client, string code, ECDsa? by) => client.PostRawAsync(
        RelyingParty.TokenPath, [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", client.RedirectUri), ("code_verifier", RelyingParty.Verifier)],
        $"{client.ClientId}:{client.Secret}", by is null ? [] : [("DPoP", Proof(by, "POST", OidcWorld.Issuer + RelyingParty.TokenPath))]);

    string Proof(ECDsa key, string method, string uri) => TestKeys.Proof(world.Clock, key, method, uri);
}
