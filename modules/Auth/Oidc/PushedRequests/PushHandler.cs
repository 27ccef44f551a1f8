using System.Text.Json.Serialization;
using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Dpop;
using Mana.Auth.Oidc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.PushedRequests;

internal sealed record PushedResponse([property: JsonPropertyName("request_uri")] string RequestUri, [property: JsonPropertyName("expires_in")] int ExpiresIn);

/// <summary>
/// Pushed authorization requests (RFC 9126): the client brings its request itself, authenticated, and learns at once what is wrong with it. A key
/// that it proves here binds the code as <c>dpop_jkt</c> does (RFC 9449 10.1).
/// </summary>
internal static class PushHandler
{
    const string JktParameter = "dpop_jkt";

    public static async Task<IResult> PostAsync(
        HttpContext context, ClientAuthentication authentication, AuthorizeReader reader, DpopProofs proofs, StoredRequests stored, AuthOptions options, AuthMetrics metrics, CancellationToken cancellationToken)
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

        switch (await proofs.JudgeAsync(context, HttpMethods.Post, options.BaseUrl + OidcPaths.PushedRequest, null, cancellationToken))
        {
            case DpopVerdict.Bad bad:
                return new OAuthError("invalid_dpop_proof", bad.Reason);
            case DpopVerdict.Good good when form[JktParameter] is { } named && named != good.Thumbprint:
                return OAuthError.InvalidRequest("dpop_jkt names another key than the DPoP proof");
            case DpopVerdict.Good good:
                form.Set(JktParameter, good.Thumbprint);
                break;
        }

        var uri = await stored.KeepPushedAsync(client.ClientId, form, cancellationToken);
        metrics.Oidc("par", "pushed");
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new PushedResponse(uri, (int)StoredRequests.PushedLifetime.TotalSeconds), statusCode: StatusCodes.Status201Created);
    }
}
