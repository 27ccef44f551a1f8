using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Revocation;

/// <summary>Token revocation (RFC 7009). <c>token_type_hint</c> is only a hint: a token is found without it.</summary>
internal static class RevokeHandler
{
    public static async Task<IResult> PostAsync(HttpContext context, ClientAuthentication authentication, ClientTokens tokens, GrantRevocation revocation, AuthMetrics metrics, CancellationToken cancellationToken)
    {
        var reading = await AuthenticatedForm.ReadAsync(context, authentication, cancellationToken);
        if (reading.Error is { } refused)
            return refused;
        if (reading.Form!["token"] is not { } text)
            return OAuthError.InvalidRequest("token is missing");
        // 200 for whatever is not this client's as well: it learns nothing about tokens of others.
        if (await tokens.FindAsync(text, cancellationToken) is { } token && token.ClientId == reading.Client!.ClientId)
        {
            if (token is { Kind: OAuthTokenKind.Refresh, GrantId: { } grant })
                await revocation.RevokeAsync(grant, GrantRevocation.Revoked, cancellationToken);
            else
                await tokens.RevokeAsync(token, cancellationToken);
            metrics.Oidc("revoke", "revoked");
        }

        return Results.StatusCode(StatusCodes.Status200OK);
    }
}
