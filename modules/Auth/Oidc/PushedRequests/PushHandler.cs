using System.Text.Json.Serialization;
using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.PushedRequests;

internal sealed record PushedResponse([property: JsonPropertyName("request_uri")] string RequestUri, [property: JsonPropertyName("expires_in")] int ExpiresIn);

/// <summary>Pushed authorization requests (RFC 9126): the client brings its request itself, authenticated, and learns at once what is wrong with it.</summary>
internal static class PushHandler
{
    public static async Task<IResult> PostAsync(HttpContext context, ClientAuthentication authentication, AuthorizeReader reader, StoredRequests stored, AuthMetrics metrics, CancellationToken cancellationToken)
    {
        var reading = await AuthenticatedForm.ReadAsync(context, authentication, cancellationToken);
        if (reading is not { Form: { } form, Client: { } client })
            return reading.Error!;
        if (form["request_uri"] is not null)
            return OAuthError.InvalidRequest("request_uri cannot be pushed");
        switch (await reader.CheckAsync(form, client, true, cancellationToken))
        {
            case AuthorizeReading.Unsafe wrong:
                return OAuthError.InvalidRequest(wrong.Reason);
            case AuthorizeReading.Refused refused:
                return refused.Error;
        }

        var uri = await stored.KeepPushedAsync(client.ClientId, form, cancellationToken);
        metrics.Oidc("par", "pushed");
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new PushedResponse(uri, (int)StoredRequests.PushedLifetime.TotalSeconds), statusCode: StatusCodes.Status201Created);
    }
}
