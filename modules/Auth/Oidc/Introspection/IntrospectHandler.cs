using System.Text.Json;
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
    [property: JsonPropertyName("aud"), JsonConverter(typeof(AudienceConverter))] IReadOnlyList<string>? Aud = null,
    [property: JsonPropertyName("iss")] string? Iss = null,
    [property: JsonPropertyName("sid")] string? Sid = null,
    [property: JsonPropertyName("cnf")] IReadOnlyDictionary<string, string>? Cnf = null);

/// <summary>
/// Token introspection (RFC 7662): confidential clients, about tokens that were issued to them; resource servers also about tokens of others that
/// are meant for them (2.2: to everybody else a token looks as if it were none).
/// </summary>
internal static class IntrospectHandler
{
    static readonly JsonSerializerOptions WithoutNulls = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static async Task<IResult> PostAsync(HttpContext context, ClientAuthentication authentication, ClientTokens tokens, ResourceServers resources, AuthOptions options, AuthMetrics metrics, CancellationToken cancellationToken)
    {
        var reading = await AuthenticatedForm.ReadAsync(context, authentication, cancellationToken);
        if (reading.Error is { } refused)
            return refused;
        if (reading.Client!.Type == OAuthClientType.Public)
            return new OAuthError("invalid_client", "A public client cannot introspect", StatusCodes.Status401Unauthorized) { Challenge = "Basic realm=\"mana\"" };
        if (reading.Form!["token"] is not { } text)
            return OAuthError.InvalidRequest("token is missing");
        var standing = await tokens.StandingAsync(text, cancellationToken);
        var answer = standing is null ? Inactive
            : standing.Token.ClientId == reading.Client.ClientId ? ToItsClient(standing, await AudienceAsync(standing, resources, options, cancellationToken), options.BaseUrl)
            : ToResource(standing, reading.Client, options.BaseUrl);
        metrics.Oidc("introspect", answer.Active ? "active" : "inactive");
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(answer, WithoutNulls);
    }

    static IntrospectionAnswer ToItsClient(StandingToken standing, IReadOnlyList<string> audience, string issuer) => About(standing, standing.Scopes, issuer) with
    {
        Username = standing.Standing?.User is { EmailConfirmed: true } user && standing.Scopes.Contains(Scopes.Email) ? user.Email : null,
        TokenType = standing.Token.Kind == OAuthTokenKind.Refresh ? "refresh_token" : TypeOf(standing.Token),
        Aud = audience,
        Sid = standing.Standing?.Grant.SessionId,
    };

    /// <summary>Of its own scopes, and no word of the rest, which others are asked for (RFC 7662 2.2, 5).</summary>
    static IntrospectionAnswer ToResource(StandingToken standing, OAuthClient server, string issuer)
    {
        var scopes = standing.Scopes.Where(server.ResourceScopes.Contains).ToList();
        return scopes.Count == 0 || standing.Token.Kind != OAuthTokenKind.Access ? Inactive
            : About(standing, scopes, issuer) with { TokenType = TypeOf(standing.Token), Aud = [server.ClientId] };
    }

    static IntrospectionAnswer About(StandingToken standing, IEnumerable<string> scopes, string issuer) => new(
        true, Scopes.Text(scopes), standing.Token.ClientId, Exp: standing.Token.ExpiresAt.ToUnixTimeSeconds(), Iat: standing.Token.IssuedAt.ToUnixTimeSeconds(),
        Sub: standing.Standing?.User.Id ?? standing.Token.ClientId, Iss: issuer,
        Cnf: standing.Token.DpopJkt is { } jkt ? new Dictionary<string, string>(StringComparer.Ordinal) { ["jkt"] = jkt } : null);

    /// <summary>Who takes the token: userinfo, the servers of its scopes, or else nobody but the client that asks.</summary>
    static async Task<IReadOnlyList<string>> AudienceAsync(StandingToken standing, ResourceServers resources, AuthOptions options, CancellationToken cancellationToken)
    {
        var servers = await resources.OfAsync(standing.Scopes, cancellationToken);
        IReadOnlyList<string> audience = standing.Scopes.Contains(Scopes.OpenId) ? [options.BaseUrl + OidcPaths.UserInfo, .. servers] : servers;
        return audience.Count > 0 ? audience : [standing.Token.ClientId];
    }

    static string TypeOf(OAuthToken token) => token.DpopJkt is null ? "Bearer" : "DPoP";

    static IntrospectionAnswer Inactive { get; } = new(false);
}

/// <summary>One audience is text, several are a list (RFC 7519 4.1.3).</summary>
internal sealed class AudienceConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value is [var only])
            writer.WriteStringValue(only);
        else
            JsonSerializer.Serialize(writer, value, options);
    }
}
