using System.Text.Json;
using Mana.Auth.Keys;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Keys;

public sealed class SigningKeyStoreTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task Many_hosts_that_start_at_once_make_one_key_of_each_kind()
    {
        var store = fixture.Host.Services.GetRequiredService<ISigningKeySource>();
        var loaded = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.LoadAsync(default)));

        Assert.Equal("EdDSA,RS256", await fixture.ScalarAsync<string>("SELECT string_agg(alg, ',' ORDER BY alg) FROM auth.signing_keys"));
        Assert.Equal(2, loaded.SelectMany(keys => keys).Select(key => key.Kid).Distinct().Count());
        var kid = loaded[0][0].Kid;
        Assert.Equal(kid, Jwk.Thumbprint(((Ed25519Key)loaded[0][0].Key).PublicKey));
        // The private half is nowhere in clear: 12 bytes nonce, 32 bytes ciphertext, 16 bytes tag.
        Assert.Equal(60, await fixture.ScalarAsync<int>("SELECT length(private_key_encrypted) FROM auth.signing_keys WHERE kid = $1", kid));
        Assert.False(await fixture.ScalarAsync<bool>("SELECT bool_or(public_jwk ? 'd') FROM auth.signing_keys"));
    }

    [Fact]
    public async Task Scenario_37_both_paths_publish_the_same_set_without_private_members()
    {
        using var client = fixture.Host.CreateClient();
        using var old = await client.GetAsync(new Uri("/api/auth/jwks", UriKind.Relative));
        using var current = await client.GetAsync(new Uri("/api/v1/auth/jwks", UriKind.Relative));
        var text = await current.Content.ReadAsStringAsync();
        var key = Assert.Single(JsonDocument.Parse(text).RootElement.GetProperty("keys").EnumerateArray(), one => one.GetProperty("alg").GetString() == "EdDSA");

        Assert.Equal(await old.Content.ReadAsStringAsync(), text);
        Assert.Equal(["alg", "crv", "kty", "x", "kid", "use"], key.EnumerateObject().Select(member => member.Name));
        Assert.Equal("EdDSA", key.GetProperty("alg").GetString());
        Assert.Equal("Ed25519", key.GetProperty("crv").GetString());
        Assert.Equal("OKP", key.GetProperty("kty").GetString());
        Assert.Equal(43, key.GetProperty("x").GetString()!.Length);
        Assert.Equal("application/json", current.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=300", current.Headers.CacheControl?.ToString());

        using var conditional = new HttpRequestMessage(HttpMethod.Get, "/api/auth/jwks");
        conditional.Headers.IfNoneMatch.Add(current.Headers.ETag!);
        using var unchanged = await client.SendAsync(conditional);
        Assert.Equal(304, (int)unchanged.StatusCode);
        Assert.Equal("public, max-age=300", unchanged.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Scenario_37_a_staged_key_is_visible_before_use_and_a_retiring_key_still_verifies()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        try
        {
            await using var first = await new TestHost(database).StartAsync();
            var session = await new AuthApi(first).NewSessionAsync();
            await using (var connection = new Npgsql.NpgsqlConnection(database))
            {
                await connection.OpenAsync();
                await using var rotate = new Npgsql.NpgsqlCommand("UPDATE auth.signing_keys SET state = 'retiring' WHERE alg = 'EdDSA'", connection);
                await rotate.ExecuteNonQueryAsync();
            }

            await using var second = await new TestHost(database).StartAsync();
            var api = new AuthApi(second);
            Assert.Equal(session.Body.GetProperty("user").GetProperty("id").GetString(), (await api.SessionAsync(session["accessToken"])).IsOk().Body.GetProperty("user").GetProperty("id").GetString());
            var jwks = await api.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/auth/jwks"));
            Assert.Equal(2, jwks.Body.GetProperty("keys").EnumerateArray().Count(key => key.GetProperty("alg").GetString() == "EdDSA"));
            Assert.NotEqual(KeyIdOf(session["accessToken"]!), KeyIdOf((await api.NewSessionAsync())["accessToken"]!));
        }
        finally
        {
            await TestCluster.DropDatabaseAsync(database);
        }
    }

    static string? KeyIdOf(string token) => Tokens.TokenText.Header(token).GetProperty("kid").GetString();
}
