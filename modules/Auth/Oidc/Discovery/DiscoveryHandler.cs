using Mana.Auth.Oidc.Token;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Discovery;

internal static class DiscoveryHandler
{
    public static IResult Get(HttpResponse response, DiscoveryDocument document, IEnumerable<ITokenGrant> grants)
    {
        response.Headers.CacheControl = "public, max-age=300";
        return Results.Bytes(document.Write(grants), "application/json");
    }
}
