using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Administration;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Registration;

/// <summary>Client metadata of RFC 7591 2 and OpenID Connect Registration 2, as far as we have a use for it; the rest is passed over.</summary>
internal sealed record RegistrationRequest(
    [property: JsonPropertyName("client_name")] string? Name,
    [property: JsonPropertyName("application_type")] string? ApplicationType,
    [property: JsonPropertyName("redirect_uris")] IReadOnlyList<string>? RedirectUris,
    [property: JsonPropertyName("post_logout_redirect_uris")] IReadOnlyList<string>? PostLogoutRedirectUris,
    [property: JsonPropertyName("response_types")] IReadOnlyList<string>? ResponseTypes,
    [property: JsonPropertyName("grant_types")] IReadOnlyList<string>? GrantTypes,
    [property: JsonPropertyName("scope")] string? Scope,
    [property: JsonPropertyName("token_endpoint_auth_method")] string? AuthMethod,
    [property: JsonPropertyName("id_token_signed_response_alg")] string? IdTokenAlg,
    [property: JsonPropertyName("backchannel_logout_uri")] string? BackchannelLogoutUri,
    [property: JsonPropertyName("dpop_bound_access_tokens")] bool? DpopBound,
    [property: JsonPropertyName("require_pushed_authorization_requests")] bool? RequirePushedRequests,
    [property: JsonPropertyName("jwks")] JsonElement? Jwks,
    [property: JsonPropertyName("jwks_uri")] string? JwksUri);

/// <summary>Dynamic registration (RFC 7591), behind the operator's initial access token; without one the route says that there is nothing here.</summary>
internal static class RegistrationHandler
{
    const string Bearer = "Bearer ";

    public static async Task<IResult> PostAsync(HttpContext context, JsonElement body, ClientAdministration clients, OidcOptions options, CancellationToken cancellationToken)
    {
        if (!options.AllowsRegistration)
            return new OAuthError("invalid_request", "Registration is not offered here", StatusCodes.Status404NotFound);
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            || !CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Bearer.Length..].Trim())), SHA256.HashData(Encoding.UTF8.GetBytes(options.RegistrationToken!.Trim()))))
            return new OAuthError("invalid_token", "An initial access token is needed", StatusCodes.Status401Unauthorized) { Challenge = "Bearer realm=\"mana\"" };
        if (Read(body) is not { } wanted)
            return new OAuthError("invalid_client_metadata", "The body is not client metadata");
        if (wanted.ResponseTypes is { } types && types.Any(type => type != "code"))
            return new OAuthError("invalid_client_metadata", "response_types: code");
        var native = wanted.ApplicationType == "native";
        var type = wanted.AuthMethod == ClientAuthMethods.None ? "public" : "confidential";
        var draft = new ClientDraft(
            wanted.Name?.Trim(), type, native, wanted.RedirectUris, wanted.PostLogoutRedirectUris, wanted.Scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries), wanted.GrantTypes,
            wanted.AuthMethod, wanted.IdTokenAlg, RequirePushedRequests: wanted.RequirePushedRequests, DpopBound: wanted.DpopBound, BackchannelLogoutUri: wanted.BackchannelLogoutUri, Jwks: wanted.Jwks,
            JwksUri: wanted.JwksUri);
        return await clients.CreateAsync(null, draft, OAuthClientSource.Registration, cancellationToken) switch
        {
            ClientChange.Done done => Registered(context, done.Client, done.Secret),
            ClientChange.Invalid { Problem: { Field: "redirectUris" } problem } => new OAuthError("invalid_redirect_uri", problem.Sentence),
            ClientChange.Invalid { Problem: var problem } => new OAuthError("invalid_client_metadata", $"{problem.Field}: {problem.Sentence}"),
            _ => new OAuthError("server_error", "Try again", StatusCodes.Status503ServiceUnavailable),
        };
    }

    static IResult Registered(HttpContext context, ClientView client, string? secret)
    {
        var answer = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["client_id"] = client.ClientId,
            ["client_id_issued_at"] = client.CreatedAt.ToUnixTimeSeconds(),
            ["client_name"] = client.Name,
            ["application_type"] = client.Native ? "native" : "web",
            ["redirect_uris"] = client.RedirectUris,
            ["post_logout_redirect_uris"] = client.PostLogoutRedirectUris,
            ["response_types"] = (string[])["code"],
            ["grant_types"] = client.GrantTypes,
            ["scope"] = Scopes.Text(client.AllowedScopes),
            ["token_endpoint_auth_method"] = client.TokenEndpointAuthMethod,
            ["id_token_signed_response_alg"] = client.IdTokenSignedResponseAlg,
            ["dpop_bound_access_tokens"] = client.DpopBound,
            ["require_pushed_authorization_requests"] = client.RequirePushedRequests,
        };
        if (secret is not null)
            (answer["client_secret"], answer["client_secret_expires_at"]) = (secret, 0);
        if (client.BackchannelLogoutUri is not null)
            answer["backchannel_logout_uri"] = client.BackchannelLogoutUri;
        if (client.Jwks is not null)
            answer["jwks"] = client.Jwks;
        if (client.JwksUri is not null)
            answer["jwks_uri"] = client.JwksUri;
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(answer, statusCode: StatusCodes.Status201Created);
    }

    static RegistrationRequest? Read(JsonElement body)
    {
        try
        {
            return body.ValueKind == JsonValueKind.Object && StoredJson.IsStorable(body) ? body.Deserialize<RegistrationRequest>() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
