using System.Buffers;
using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Dpop;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.IdToken;
using Mana.Auth.Oidc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.UserInfo;

/// <summary>The UserInfo endpoint (OpenID Connect Core 5.3): GET and POST, the token in the header or in the form (RFC 6750 2.1, 2.2).</summary>
internal static class UserInfoHandler
{
    const string Bearer = "Bearer ";
    const string Dpop = "DPoP ";

    public static async Task<IResult> AnswerAsync(HttpContext context, ClientTokens tokens, DpopProofs proofs, UserClaims claims, AuthOptions options, CancellationToken cancellationToken)
    {
        // 1. One token, not in the address, which ends up in logs (RFC 9700 4.3.2).
        var header = context.Request.Headers.Authorization.ToString();
        var form = HttpMethods.IsPost(context.Request.Method) ? await OAuthParameters.OfFormAsync(context.Request) : null;
        if (context.Request.Query.ContainsKey("access_token") || (header.Length > 0 && form?["access_token"] is not null) || form?.IsRepeated("access_token") == true)
            return Refused(context, "invalid_request", "Send the access token once, in the Authorization header", StatusCodes.Status400BadRequest);
        var byProof = header.StartsWith(Dpop, StringComparison.OrdinalIgnoreCase);
        var text = byProof ? header[Dpop.Length..] : header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..] : form?["access_token"];
        if (string.IsNullOrWhiteSpace(text))
            return Missing(context);

        // 2. It is good, and of a person.
        if (await tokens.StandingAsync(text.Trim(), cancellationToken) is not { Token.Kind: OAuthTokenKind.Access } standing)
            return Refused(context, "invalid_token", "The access token is unknown or has ended", StatusCodes.Status401Unauthorized);
        // 3. Its key is here, when it is bound to one (RFC 9449 7).
        if (standing.Token.DpopJkt is { } jkt)
        {
            if (!byProof || await proofs.JudgeAsync(context, context.Request.Method, options.BaseUrl + context.Request.Path, text.Trim(), cancellationToken) is not DpopVerdict.Good good || good.Thumbprint != jkt)
                return Refused(context, "invalid_token", "The access token is bound to a key that did not prove itself", StatusCodes.Status401Unauthorized);
        }
        else if (byProof)
        {
            return Refused(context, "invalid_token", "The access token is not bound to a key", StatusCodes.Status401Unauthorized);
        }

        // 4. The person agreed to be known.
        if (standing.Standing is not { } person || !standing.Scopes.Contains(Scopes.OpenId))
            return Refused(context, "insufficient_scope", "The scope openid is needed", StatusCodes.Status403Forbidden);
        var buffer = new ArrayBufferWriter<byte>(512);
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("sub", person.User.Id);
            await claims.WriteAsync(json, person.User, standing.Scopes, cancellationToken);
            json.WriteEndObject();
        }

        context.Response.Headers.CacheControl = "no-store";
        return Results.Bytes(buffer.WrittenMemory, "application/json");
    }

    static OAuthError Refused(HttpContext context, string error, string description, int status) => new(error, description, status)
    {
        Challenge = $"{Scheme(context)} realm=\"mana\", error=\"{error}\", error_description=\"{description}\"{(error == "insufficient_scope" ? ", scope=\"openid\"" : "")}",
    };

    /// <summary>RFC 6750 3.1: whoever sent nothing is told nothing but the scheme.</summary>
    static OAuthError Missing(HttpContext context) => new("invalid_token", "An access token is needed", StatusCodes.Status401Unauthorized) { Challenge = $"{Scheme(context)} realm=\"mana\"" };

    static string Scheme(HttpContext context) => context.Request.Headers.Authorization.ToString().StartsWith(Dpop, StringComparison.OrdinalIgnoreCase) ? "DPoP" : "Bearer";
}
