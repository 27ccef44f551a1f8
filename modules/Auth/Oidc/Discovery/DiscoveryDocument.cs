using System.Text.Json;
using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.IdToken;
using Mana.Auth.Oidc.Jose;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Oidc.Token;

namespace Mana.Auth.Oidc.Discovery;

/// <summary>
/// The provider about itself (OpenID Connect Discovery 3, RFC 8414 2): one document for both. It lists what is switched on, taken from where it is
/// switched on; lists that could drift are not written here.
/// </summary>
internal sealed class DiscoveryDocument(AuthOptions auth, OidcOptions oidc)
{
    public byte[] Write(IEnumerable<ITokenGrant> grants)
    {
        var issuer = auth.BaseUrl;
        var document = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["issuer"] = issuer,
            ["authorization_endpoint"] = issuer + OidcPaths.Authorize,
            ["token_endpoint"] = issuer + OidcPaths.Token,
            ["userinfo_endpoint"] = issuer + OidcPaths.UserInfo,
            ["jwks_uri"] = issuer + OidcPaths.Jwks,
            ["revocation_endpoint"] = issuer + OidcPaths.Revoke,
            ["introspection_endpoint"] = issuer + OidcPaths.Introspect,
            ["end_session_endpoint"] = issuer + OidcPaths.EndSession,
            ["pushed_authorization_request_endpoint"] = issuer + OidcPaths.PushedRequest,
            ["device_authorization_endpoint"] = issuer + OidcPaths.DeviceAuthorization,
            ["scopes_supported"] = Scopes.Supported,
            ["response_types_supported"] = (string[])["code"],
            ["response_modes_supported"] = ResponseTarget.Modes,
            ["grant_types_supported"] = grants.Select(grant => grant.Type).Order(StringComparer.Ordinal),
            ["subject_types_supported"] = (string[])["public"],
            ["id_token_signing_alg_values_supported"] = IdTokens.Algorithms,
            ["token_endpoint_auth_methods_supported"] = ClientAuthMethods.All,
            ["token_endpoint_auth_signing_alg_values_supported"] = ClientKeys.Algorithms,
            ["revocation_endpoint_auth_methods_supported"] = ClientAuthMethods.All,
            ["revocation_endpoint_auth_signing_alg_values_supported"] = ClientKeys.Algorithms,
            ["introspection_endpoint_auth_methods_supported"] = ClientAuthMethods.Confidential,
            ["introspection_endpoint_auth_signing_alg_values_supported"] = ClientKeys.Algorithms,
            ["code_challenge_methods_supported"] = (string[])["S256"],
            ["dpop_signing_alg_values_supported"] = ClientKeys.Algorithms,
            ["authorization_response_iss_parameter_supported"] = true,
            ["prompt_values_supported"] = Prompts.All,
            ["acr_values_supported"] = (string[])[AuthenticationContext.SingleFactor, AuthenticationContext.MultiFactor],
            ["claims_supported"] = (string[])["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid", .. UserClaims.Names],
            ["claim_types_supported"] = (string[])["normal"],
            ["claims_parameter_supported"] = false,
            ["request_parameter_supported"] = false,
            ["request_uri_parameter_supported"] = false,
            ["require_request_uri_registration"] = false,
            ["require_pushed_authorization_requests"] = false,
            ["backchannel_logout_supported"] = true,
            ["backchannel_logout_session_supported"] = true,
            ["ui_locales_supported"] = (string[])["de", "en"],
            ["service_documentation"] = "https://mana.how",
        };
        if (oidc.AllowsRegistration)
            document["registration_endpoint"] = issuer + OidcPaths.Register;
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }
}
