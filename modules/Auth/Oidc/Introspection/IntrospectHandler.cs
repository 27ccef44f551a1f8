using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Grants;
using Mana.Auth.Oidc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Introspection;

/// <summary>RFC 7662 2.2. Without a token that is good there is nothing in it but <c>active</c>.</summary>
internal sealed record IntrospectionAnswer(
    [property: JsonPropertyName("active")] bool Active,
    [property: JsonPropertyName("scope")] string? Scope = null,
    [property: JsonPropertyName("client_id")] string? ClientId = null,
    [property: JsonPropertyName("username")] string? Username = null,
    [property: JsonPropertyName("token_type")] string? TokenType = null,
    [property: JsonPropertyName("exp")] long? Exp = null,
    [property: JsonPropertyName("iat")] long? Iat = null,
    [property: JsonPropertyName("sub")] string? Sub = null,
    [property: JsonPropertyName("aud")] string? Aud = null,
    [property: JsonPropertyName("iss")] string? Iss = null,
    [property: JsonPropertyName("sid")] string? Sid = null,
    [property: JsonPropertyName("cnf")] IReadOnlyDictionary<string, string>? Cnf = null);

/// <summary>Token introspection (RFC 7662): confidential clients, about tokens that were issued to them.</summary>
internal static class IntrospectHandler
{
    static readonly System.Text.Json.JsonSerializerOptions WithoutNulls = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static async Task<IResult> PostAsync(HttpContext context, ClientAuthentication authentication, ClientTokens tokens, AuthOptions options, AuthMetrics metrics, CancellationToken cancellationToken)
    {
        var reading = await AuthenticatedForm.ReadAsync(context, authentication, cancellationToken);
        if (reading.Error is { } refused)
            return refused;
        if (reading.Client!.Type == OAuthClientType.Public)
            return new OAuthError("invalid_client", "A public client cannot introspect", StatusCodes.Status401Unauthorized) { Challenge = "Basic realm=\"mana\"" };
        if (reading.Form!["token"] is not { } text)
            return OAuthError.InvalidRequest("token is missing");
        var standing = await tokens.StandingAsync(text, cancellationToken);
        var answer = standing is not null && standing.Token.ClientId == reading.Client.ClientId ? Of(standing, options.BaseUrl) : new IntrospectionAnswer(false);
        metrics.Oidc("introspect", answer.Active ? "active" : "inactive");
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(answer, WithoutNulls);
    }

    static IntrospectionAnswer Of(StandingToken standing, string issuer) => new(
        true, Scopes.Text(standing.Token.Scopes), standing.Token.ClientId, standing.Standing?.User is { EmailConfirmed: true } user && standing.Token.Scopes.Contains(Scopes.Email) ? user.Email : null,
        standing.Token.Kind == OAuthTokenKind.Refresh ? "refresh_token" : standing.Token.DpopJkt is null ? "Bearer" : "DPoP",
        standing.Token.ExpiresAt.ToUnixTimeSeconds(), standing.Token.IssuedAt.ToUnixTimeSeconds(), standing.Standing?.User.Id ?? standing.Token.ClientId,
        issuer + OidcPaths.UserInfo, issuer, standing.Standing?.Grant.SessionId,
        standing.Token.DpopJkt is { } jkt ? new Dictionary<string, string>(StringComparer.Ordinal) { ["jkt"] = jkt } : null);
}
