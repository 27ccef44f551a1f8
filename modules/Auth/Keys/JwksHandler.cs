using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Mana.Auth.Keys;

internal static class JwksHandler
{
    /// <summary>Verifiers cache the set for 5–10 minutes anyway (auth.md 7.4); a conditional request costs 304.</summary>
    public static async Task<IResult> GetAsync(SigningKeyRing ring, HttpResponse response, CancellationToken cancellationToken)
    {
        var keys = await ring.CurrentAsync(cancellationToken);
        response.Headers.CacheControl = "public, max-age=300";
        return Results.Bytes(keys.Jwks, "application/json", entityTag: new EntityTagHeaderValue(keys.ETag));
    }
}
