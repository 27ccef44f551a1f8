namespace Mana.Auth.Oidc.Protocol;

/// <summary>Where the provider answers (auth.md 13.2). The second column of the table are the names of older deployments.</summary>
internal static class OidcPaths
{
    public const string Discovery = "/.well-known/openid-configuration";
    public const string DiscoveryAlias = "/api/auth/.well-known/openid-configuration";
    public const string Metadata = "/.well-known/oauth-authorization-server";

    public const string Authorize = "/api/auth/oauth2/authorize";
    public const string Continue = "/api/auth/oauth2/continue";
    public const string Token = "/api/auth/oauth2/token";
    public const string UserInfo = "/api/auth/oauth2/userinfo";
    public const string Jwks = "/api/auth/jwks";
    public const string Revoke = "/api/auth/oauth2/revoke";
    public const string Introspect = "/api/auth/oauth2/introspect";
    public const string EndSession = "/api/auth/oauth2/endsession";
    public const string Consent = "/api/auth/oauth2/consent";
    public const string PushedRequest = "/api/auth/oauth2/par";
    public const string DeviceAuthorization = "/api/auth/oauth2/device";
    public const string Register = "/api/auth/oauth2/register";

    public const string AuthorizeAlias = "/api/oidc/authorize";
    public const string TokenAlias = "/api/oidc/token";
    public const string UserInfoAlias = "/api/oidc/userinfo";
    public const string JwksAlias = "/api/oidc/jwks";
}
