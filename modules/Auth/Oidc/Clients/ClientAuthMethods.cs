namespace Mana.Auth.Oidc.Clients;

/// <summary>How clients prove who they are (OpenID Connect Core 9). A secret may come either way, because Synapse and others choose for themselves.</summary>
internal static class ClientAuthMethods
{
    public const string Basic = "client_secret_basic";
    public const string Post = "client_secret_post";
    public const string PrivateKeyJwt = "private_key_jwt";
    public const string None = "none";

    public static readonly IReadOnlyList<string> All = [Basic, Post, PrivateKeyJwt, None];

    /// <summary>For endpoints that only confidential clients use.</summary>
    public static readonly IReadOnlyList<string> Confidential = [Basic, Post, PrivateKeyJwt];

    public static bool UsesSecret(string method) => method is Basic or Post;
}

/// <summary>Grants of RFC 6749 and RFC 8628 that there are here; implicit and password are not (RFC 9700 2.1.2, 2.4).</summary>
internal static class GrantTypes
{
    public const string AuthorizationCode = "authorization_code";
    public const string RefreshToken = "refresh_token";
    public const string ClientCredentials = "client_credentials";
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";

    public static readonly IReadOnlyList<string> All = [AuthorizationCode, RefreshToken, ClientCredentials, DeviceCode];
}
