using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.SecurityEvents;

namespace Mana.Auth.Oidc.Token;

/// <summary>A request of an authenticated client.</summary>
/// <param name="DpopJkt">Thumbprint of the key that proved itself (RFC 9449); null: none did.</param>
/// <param name="From">For the log of the person whom it concerns.</param>
internal sealed record TokenRequest(OAuthClient Client, OAuthParameters Form, string? DpopJkt, ClientInfo From)
{
    public string? this[string name] => Form[name];
}

internal sealed record TokenResponse(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("refresh_token"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken,
    [property: JsonPropertyName("id_token"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IdToken);

internal abstract record TokenAnswer
{
    public sealed record Issued(TokenResponse Response) : TokenAnswer;

    public sealed record Refused(OAuthError Error) : TokenAnswer;

    public static TokenAnswer InvalidGrant(string description) => new Refused(OAuthError.InvalidGrant(description));
}

/// <summary>One way to get tokens. What is registered is what there is, and what discovery says there is.</summary>
internal interface ITokenGrant
{
    /// <summary>Value of <c>grant_type</c>.</summary>
    string Type { get; }

    Task<TokenAnswer> GrantAsync(TokenRequest request, CancellationToken cancellationToken);
}
