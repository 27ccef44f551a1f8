using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Testing;

/// <summary>
/// Signs tokens as the host would, but with any header and any claims: for tests of what a verifier must refuse, and for people who
/// need no account because only their <c>sub</c> matters.
/// </summary>
public sealed class TokenForge(TestHost host)
{
    /// <summary>A key pair that the host does not know until <see cref="PublishAsync"/>.</summary>
    readonly Ed25519Key _second = Ed25519Key.FromSeed(RandomNumberGenerator.GetBytes(Ed25519Key.SeedLength));

    public string SecondKid => Jwk.Thumbprint(_second.PublicKey);

    public string Issuer => host.Services.GetRequiredService<AuthOptions>().BaseUrl;

    public DateTimeOffset Now => host.Services.GetRequiredService<TimeProvider>().GetUtcNow();

    /// <summary>Returns when the host has its keys. One that was too busy to read them in time is asked again, as its clients would.</summary>
    public async Task ReadyAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await host.Services.GetRequiredService<SigningKeyRing>().CurrentAsync(CancellationToken.None);
                return;
            }
            catch (KeysUnavailableException) when (attempt < 10)
            {
                // A question that is refused at once is asked again after a second only, which does not pass by a clock that stands.
                await host.Services.GetRequiredService<SigningKeyRing>().RenewAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>A token for a person of this id, in the host's own form.</summary>
    public Task<string> ForAsync(string userId) => SignAsync(Claims(userId));

    /// <summary>A client that carries such a token.</summary>
    public async Task<HttpClient> ClientForAsync(string userId)
    {
        var http = host.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await ForAsync(userId));
        return http;
    }

    public string Claims(string userId) =>
        $$"""{"sub":"{{userId}}","role":"user","tier":"public","exp":{{Now.AddMinutes(15).ToUnixTimeSeconds()}},"iss":"{{Issuer}}","aud":"mana"}""";

    /// <summary>Signed with the host's active key.</summary>
    public async Task<string> SignAsync(string claims)
    {
        var keys = await host.Services.GetRequiredService<SigningKeyRing>().CurrentAsync(CancellationToken.None);
        return Sign(keys.Active.Key, Header(keys.Active.Kid), claims);
    }

    /// <summary>Signed with the second key, under any key id.</summary>
    public string SignWithSecond(string claims, string? kid = null) => Sign(_second, Header(kid ?? SecondKid), claims);

    /// <summary>Any header; <paramref name="signature"/> as it comes.</summary>
    public static string Raw(string header, string claims, Func<byte[], byte[]> signature)
    {
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(signature(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Adds the second key to the published set, as a rotation on another host would.</summary>
    public async Task PublishAsync()
    {
        await using var scope = host.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        database.SigningKeys.Add(new SigningKey
        {
            Kid = SecondKid,
            Alg = "EdDSA",
            Use = "sig",
            PublicJwk = Jwk.Public(SecondKid, _second.PublicKey),
            PrivateKeyEncrypted = [],
            KeyVersion = 1,
            State = SigningKeyState.Staged,
            NotBefore = Now,
        });
        await database.SaveChangesAsync();
    }

    static string Header(string kid) => $$"""{"alg":"EdDSA","kid":"{{kid}}","typ":"at+jwt"}""";

    static string Sign(ISignatureKey key, string header, string claims) => Raw(header, claims, signed => key.Sign(signed));
}
