using System.Text.Json;
using Mana.Auth.Admin;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Oidc.IdToken;
using Mana.Auth.Oidc.Jose;
using Mana.Auth.Oidc.Protocol;

namespace Mana.Auth.Oidc.Clients;

/// <summary>What somebody wants a client to be. Null: as it is, or the default.</summary>
internal sealed record ClientDraft(
    string? Name = null,
    string? Type = null,
    bool? Native = null,
    IReadOnlyList<string>? RedirectUris = null,
    IReadOnlyList<string>? PostLogoutRedirectUris = null,
    IReadOnlyList<string>? AllowedScopes = null,
    IReadOnlyList<string>? GrantTypes = null,
    string? TokenEndpointAuthMethod = null,
    string? IdTokenSignedResponseAlg = null,
    bool? RequirePkce = null,
    bool? RequirePushedRequests = null,
    bool? DpopBound = null,
    bool? SkipConsent = null,
    bool? ClaimsInIdToken = null,
    string? BackchannelLogoutUri = null,
    JsonElement? Jwks = null,
    string? JwksUri = null,
    IReadOnlyList<string>? ResourceScopes = null,
    string? LogoUri = null,
    int? AccessTokenTtl = null,
    int? RefreshTokenTtl = null,
    bool? Disabled = null) : IAdminChange
{
    public string? Wanted => Name;
}

/// <summary>What is wrong with a draft, and where.</summary>
internal sealed record ClientProblem(string Field, string Sentence);

/// <summary>The rules that every client keeps, whoever made it (auth.md 13.4, 31: 65, 71).</summary>
internal static class ClientRules
{
    const int LongestName = 100;
    const int MostEntries = 50;
    const int LongestAccess = 24 * 3600;
    const int ShortestRefresh = 3600;
    const int LongestRefresh = 90 * 24 * 3600;
    const int ShortestAccess = 60;

    /// <summary>Puts the draft into the row; what does not fit is told, in the order of the fields.</summary>
    public static ClientProblem? Apply(OAuthClient client, ClientDraft draft, bool production, DateTimeOffset now)
    {
        if (draft.Name is { } name && (StoredText.Shortened(name.Trim(), LongestName) != name || name.Length == 0))
            return new("name", $"1 to {LongestName} characters, none of them control characters");
        if (draft.Type is { } type && type is not ("confidential" or "public"))
            return new("type", "confidential or public");
        client.Name = draft.Name ?? client.Name;
        client.Type = draft.Type switch { "public" => OAuthClientType.Public, "confidential" => OAuthClientType.Confidential, _ => client.Type };
        client.Native = draft.Native ?? client.Native;
        client.RedirectUris = draft.RedirectUris?.ToList() ?? client.RedirectUris;
        client.PostLogoutRedirectUris = draft.PostLogoutRedirectUris?.ToList() ?? client.PostLogoutRedirectUris;
        client.AllowedScopes = draft.AllowedScopes?.ToList() ?? client.AllowedScopes;
        client.GrantTypes = draft.GrantTypes?.ToList() ?? client.GrantTypes;
        client.TokenEndpointAuthMethod = draft.TokenEndpointAuthMethod ?? client.TokenEndpointAuthMethod;
        client.IdTokenSignedResponseAlg = draft.IdTokenSignedResponseAlg ?? client.IdTokenSignedResponseAlg;
        client.RequirePkce = draft.RequirePkce ?? client.RequirePkce;
        client.RequirePushedRequests = draft.RequirePushedRequests ?? client.RequirePushedRequests;
        client.DpopBound = draft.DpopBound ?? client.DpopBound;
        client.SkipConsent = draft.SkipConsent ?? client.SkipConsent;
        client.ClaimsInIdToken = draft.ClaimsInIdToken ?? client.ClaimsInIdToken;
        client.BackchannelLogoutUri = draft.BackchannelLogoutUri is "" ? null : draft.BackchannelLogoutUri ?? client.BackchannelLogoutUri;
        client.ResourceScopes = draft.ResourceScopes?.ToList() ?? client.ResourceScopes;
        client.AccessTokenTtl = draft.AccessTokenTtl ?? client.AccessTokenTtl;
        client.RefreshTokenTtl = draft.RefreshTokenTtl ?? client.RefreshTokenTtl;
        client.Disabled = draft.Disabled ?? client.Disabled;
        client.UpdatedAt = now;
        // A picture that others can change at any time is a way to look like somebody else, and a page that loads it tells them who looks.
        if (!string.IsNullOrEmpty(draft.LogoUri))
            return new("logoUri", "logos are not shown: the page that asks people loads nothing from elsewhere, and names the client and its address");
        return OfKeys(client, draft) ?? Problem(client, production);
    }

    /// <summary>Keys, or where they are: whichever is named last takes the place of the other (RFC 7591 2).</summary>
    static ClientProblem? OfKeys(OAuthClient client, ClientDraft draft)
    {
        var (keys, address) = (draft.Jwks is { ValueKind: not JsonValueKind.Null } given ? given : (JsonElement?)null, string.IsNullOrEmpty(draft.JwksUri) ? null : draft.JwksUri);
        if (keys is not null && address is not null)
            return new("jwksUri", "jwks or jwksUri, not both");
        if (keys is { } jwks && ClientKeys.Problem(jwks) is { } problem)
            return new("jwks", problem);
        if (keys is not null || address is not null)
            (client.Jwks, client.JwksUri) = (keys?.GetRawText(), address);
        else if (draft.JwksUri is "")
            client.JwksUri = null;
        return null;
    }

    static ClientProblem? Problem(OAuthClient client, bool production)
    {
        foreach (var (field, uris) in ((string, List<string>)[])[("redirectUris", client.RedirectUris), ("postLogoutRedirectUris", client.PostLogoutRedirectUris)])
        {
            if (uris.Count > MostEntries || uris.Distinct(StringComparer.Ordinal).Count() != uris.Count)
                return new(field, $"at most {MostEntries}, each once");
            if (uris.Select(uri => (uri, Problem: uri is null ? "is null" : RedirectUris.Problem(uri, client.Native, production))).FirstOrDefault(one => one.Problem is not null) is { Problem: { } problem })
                return new(field, "an entry " + problem);
        }

        if (client.AllowedScopes.Count is 0 or > MostEntries || client.AllowedScopes.Any(scope => scope is null || !Scopes.IsWellFormed(scope)))
            return new("allowedScopes", $"1 to {MostEntries} words of printable ASCII");
        if (client.ResourceScopes.Count > MostEntries || client.ResourceScopes.Any(scope => scope is null || !Scopes.IsWellFormed(scope) || Scopes.Supported.Contains(scope)))
            return new("resourceScopes", $"at most {MostEntries} words of printable ASCII, none of {string.Join(", ", Scopes.Supported)}");
        // Who only asks about tokens gets none.
        if ((client.GrantTypes.Count == 0 && client.ResourceScopes.Count == 0) || client.GrantTypes.Any(grant => !GrantTypes.All.Contains(grant)))
            return new("grantTypes", $"of {string.Join(", ", GrantTypes.All)}");
        if (client.GrantTypes.Contains(GrantTypes.AuthorizationCode) && client.RedirectUris.Count == 0)
            return new("redirectUris", "codes need somewhere to go");
        return OfCredentials(client) ?? OfLifetimes(client, production);
    }

    static ClientProblem? OfCredentials(OAuthClient client)
    {
        if (!ClientAuthMethods.All.Contains(client.TokenEndpointAuthMethod))
            return new("tokenEndpointAuthMethod", $"of {string.Join(", ", ClientAuthMethods.All)}");
        if (client.TokenEndpointAuthMethod == ClientAuthMethods.None != (client.Type == OAuthClientType.Public))
            return new("tokenEndpointAuthMethod", "none is for public clients, and for them alone");
        if (client.TokenEndpointAuthMethod == ClientAuthMethods.PrivateKeyJwt && client is { Jwks: null, JwksUri: null })
            return new("jwks", "private_key_jwt needs the public keys, or their address");
        if (client.Type == OAuthClientType.Public && client.ResourceScopes.Count > 0)
            return new("resourceScopes", "only for confidential clients: anybody could ask in the name of a public one");
        if (client.Type == OAuthClientType.Public && (!client.RequirePkce || client.GrantTypes.Contains(GrantTypes.ClientCredentials)))
            return new("type", "a public client needs PKCE and cannot act for itself");
        // The consent page is what stands between a program that only claims to be this one and the account.
        return client.SkipConsent && (client.Type == OAuthClientType.Public || client.Native) ? new("skipConsent", "only for confidential clients that are not native") : null;
    }

    static ClientProblem? OfLifetimes(OAuthClient client, bool production)
    {
        if (!IdTokens.Algorithms.Contains(client.IdTokenSignedResponseAlg))
            return new("idTokenSignedResponseAlg", $"of {string.Join(", ", IdTokens.Algorithms)}");
        if (client.AccessTokenTtl is < ShortestAccess or > LongestAccess)
            return new("accessTokenTtl", $"{ShortestAccess} to {LongestAccess} seconds");
        if (client.RefreshTokenTtl is < ShortestRefresh or > LongestRefresh)
            return new("refreshTokenTtl", $"{ShortestRefresh} to {LongestRefresh} seconds");
        foreach (var (field, uri) in ((string, string?)[])[("backchannelLogoutUri", client.BackchannelLogoutUri), ("jwksUri", client.JwksUri)])
            if (uri is not null && RedirectUris.Problem(uri, native: false, production) is { } problem)
                return new(field, problem);
        return null;
    }

    /// <summary>A row with the defaults, for a draft to go into.</summary>
    public static OAuthClient New(string clientId, OAuthClientSource source, DateTimeOffset now, OAuthClientType type = OAuthClientType.Confidential) => new()
    {
        ClientId = clientId,
        Name = clientId,
        Type = type,
        AllowedScopes = [Scopes.OpenId, Scopes.Profile, Scopes.Email],
        GrantTypes = [GrantTypes.AuthorizationCode],
        TokenEndpointAuthMethod = type == OAuthClientType.Public ? ClientAuthMethods.None : ClientAuthMethods.Basic,
        Source = source,
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>Names that tokens of the platform itself carry, and what no URL or header takes as it is.</summary>
    public static bool IsFreeId(string id, string audience) =>
        id.Length is >= 3 and <= 100 && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.') && id != audience && id is not ("mana" or "mana-web");

    public static string TypeText(OAuthClient client) => LowerCaseEnum.Text(client.Type);
}
