using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Protocol;

namespace Mana.Auth.Oidc.Token;

/// <summary><c>grant_type=client_credentials</c> (RFC 6749 4.4): a service for itself. No person, no id_token, no refresh token.</summary>
internal sealed class ClientCredentialsGrant(AuthDbContext database, TokenIssue issue) : ITokenGrant
{
    public string Type => GrantTypes.ClientCredentials;

    public async Task<TokenAnswer> GrantAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        if (request.Client.Type == OAuthClientType.Public)
            return new TokenAnswer.Refused(new OAuthError("unauthorized_client", "A public client cannot act for itself"));
        // Scopes of OpenID Connect speak of a person, and here is none.
        var allowed = request.Client.AllowedScopes.Except(Scopes.Supported, StringComparer.Ordinal).ToList();
        var wanted = request.Form.Words("scope");
        if (!wanted.All(allowed.Contains))
            return new TokenAnswer.Refused(OAuthError.InvalidScope("This client may not have one of these scopes"));
        var response = issue.ForClient(request, wanted.Count == 0 ? allowed : wanted);
        await database.SaveChangesAsync(cancellationToken);
        return new TokenAnswer.Issued(response);
    }
}
