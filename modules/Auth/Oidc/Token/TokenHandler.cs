using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Dpop;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.SecurityEvents;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Token;

/// <summary>The token endpoint (RFC 6749 3.2).</summary>
internal static class TokenHandler
{
    public static async Task<IResult> PostAsync(
        HttpContext context, ClientAuthentication authentication, IEnumerable<ITokenGrant> grants, DpopProofs proofs, AuthOptions options, AuthMetrics metrics, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(context, authentication, grants, proofs, options, cancellationToken);
        metrics.Oidc("token", answer is TokenAnswer.Refused { Error: var error } ? error.Error : "issued");
        return answer is TokenAnswer.Issued issued ? Json(context, issued.Response) : ((TokenAnswer.Refused)answer).Error;
    }

    static async Task<TokenAnswer> AnswerAsync(
        HttpContext context, ClientAuthentication authentication, IEnumerable<ITokenGrant> grants, DpopProofs proofs, AuthOptions options, CancellationToken cancellationToken)
    {
        // 1. A form, each parameter once (RFC 6749 3.2). 2. Who asks (2.3).
        var reading = await AuthenticatedForm.ReadAsync(context, authentication, cancellationToken);
        if (reading is not { Form: { } form, Client: { } client })
            return Refused(reading.Error!);
        // 3. What for, and whether this client may (5.2).
        if (form["grant_type"] is not { } type)
            return Refused(OAuthError.InvalidRequest("grant_type is missing"));
        if (grants.FirstOrDefault(one => one.Type == type) is not { } grant)
            return Refused(new OAuthError("unsupported_grant_type", "This grant_type does not exist here"));
        if (!client.GrantTypes.Contains(type))
            return Refused(new OAuthError("unauthorized_client", "This client may not use this grant_type"));
        // 4. The key that the tokens are bound to (RFC 9449 5).
        var proof = await proofs.JudgeAsync(context, HttpMethods.Post, options.BaseUrl + context.Request.Path, null, cancellationToken);
        if (proof is DpopVerdict.Bad || (proof is DpopVerdict.None && client.DpopBound))
            return Refused(new OAuthError("invalid_dpop_proof", proof is DpopVerdict.Bad bad ? bad.Reason : "This client must prove possession of a key"));
        return await grant.GrantAsync(new TokenRequest(client, form, (proof as DpopVerdict.Good)?.Thumbprint, ClientInfo.Of(context)), cancellationToken);
    }

    static TokenAnswer.Refused Refused(OAuthError error) => new(error);

    static IResult Json(HttpContext context, TokenResponse response)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        return Results.Json(response);
    }
}
