using System.Buffers.Text;
using System.Globalization;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.IdToken;
using Mana.Auth.Oidc.Protocol;

namespace Mana.Auth.Oidc.Authorize;

/// <summary>A request whose client and address are known, on its way through the checks.</summary>
internal sealed record AuthorizeDraft(OAuthParameters Parameters, OAuthClient Client, string RedirectUri, HintReading? Hint, bool Pushed)
{
    public string? this[string name] => Parameters[name];

    public bool IsOpenId => Parameters.Words("scope").Contains(Scopes.OpenId);
}

/// <summary>
/// What an authorization request must be, in the order of RFC 6749 4.1.1, OpenID Connect Core 3.1.2 and RFC 7636. The first check that fails is
/// the answer, sent to the registered address.
/// </summary>
internal static class AuthorizeChecks
{
    const int LongestNonce = 512;
    const int LongestState = OAuthParameters.LongestState;
    const int ChallengeLength = 43;

    public static readonly IReadOnlyList<(string Name, Func<AuthorizeDraft, OAuthError?> Check)> InOrder =
    [
        ("every parameter once (RFC 6749 3.1)", draft => draft.Parameters.HasRepeated ? OAuthError.InvalidRequest("A parameter is sent twice") : null),
        ("no request object (OpenID Connect Core 6)", NoRequestObject),
        ("by the back channel, where that is the rule (RFC 9126 5)", draft => draft.Client.RequirePushedRequests && !draft.Pushed ? OAuthError.InvalidRequest("This client must push its requests") : null),
        ("response_type is code (RFC 6749 3.1.1)", ResponseType),
        ("response_mode (OAuth 2.0 Multiple Response Types 2.1)", draft => draft["response_mode"] is { } mode && !ResponseTarget.Modes.Contains(mode) ? OAuthError.InvalidRequest("response_mode must be query or form_post") : null),
        ("the client may use codes (RFC 6749 4.1.2.1)", draft => draft.Client.GrantTypes.Contains(GrantTypes.AuthorizationCode) ? null : new OAuthError("unauthorized_client", "This client may not use authorization codes")),
        ("scope (RFC 6749 3.3)", Scope),
        ("state, which waits in the database", draft => draft["state"]?.Length > LongestState ? OAuthError.InvalidRequest("state is longer than 2048 characters") : null),
        ("nonce", draft => draft["nonce"]?.Length > LongestNonce ? OAuthError.InvalidRequest("nonce is longer than 512 characters") : null),
        ("PKCE with S256 (RFC 7636 4.3; RFC 9700 2.1.1)", Pkce),
        ("prompt (OpenID Connect Core 3.1.2.1)", Prompt),
        ("max_age", draft => draft["max_age"] is { } age && Seconds(age) is null ? OAuthError.InvalidRequest("max_age must be a number of seconds") : null),
        ("id_token_hint", draft => draft.Hint is null or HintReading.Good ? null : OAuthError.InvalidRequest("id_token_hint is not a token of this server")),
        ("dpop_jkt (RFC 9449 10)", draft => draft["dpop_jkt"] is { } jkt && (jkt.Length != ChallengeLength || !Base64Url.IsValid(jkt)) ? OAuthError.InvalidRequest("dpop_jkt must be a SHA-256 thumbprint") : null),
    ];

    public static int? Seconds(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;

    /// <summary>Those that the client may have. What nobody here knows is passed over (OpenID Connect Core 3.1.2.1).</summary>
    public static IReadOnlyList<string> Granted(OAuthParameters parameters, OAuthClient client) => [.. parameters.Words("scope").Where(client.AllowedScopes.Contains)];

    static OAuthError? NoRequestObject(AuthorizeDraft draft)
    {
        if (draft["request"] is not null)
            return new OAuthError("request_not_supported", "Request objects are not supported");
        return draft["request_uri"] is not null ? new OAuthError("request_uri_not_supported", "Only request_uri values of the pushed authorization request endpoint are supported") : null;
    }

    static OAuthError? ResponseType(AuthorizeDraft draft) => draft["response_type"] switch
    {
        null => OAuthError.InvalidRequest("response_type is missing"),
        "code" => null,
        _ => new OAuthError("unsupported_response_type", "response_type must be code"),
    };

    static OAuthError? Scope(AuthorizeDraft draft)
    {
        var wanted = draft.Parameters.Words("scope");
        if (wanted.Count == 0)
            return OAuthError.InvalidScope("scope is missing");
        if (!wanted.All(Scopes.IsWellFormed))
            return OAuthError.InvalidScope("scope holds characters that no scope has");
        if (wanted.Any(scope => Scopes.Supported.Contains(scope) && !draft.Client.AllowedScopes.Contains(scope)))
            return OAuthError.InvalidScope("This client may not ask for one of these scopes");
        return Granted(draft.Parameters, draft.Client).Count == 0 ? OAuthError.InvalidScope("None of these scopes is known") : null;
    }

    static OAuthError? Pkce(AuthorizeDraft draft)
    {
        var challenge = draft["code_challenge"];
        if (challenge is null)
            return draft.Client.RequirePkce || draft.Client.Type == OAuthClientType.Public ? OAuthError.InvalidRequest("code_challenge is missing: PKCE is required")
                : draft["code_challenge_method"] is null ? null : OAuthError.InvalidRequest("code_challenge is missing");
        // Without a method it would be "plain" (RFC 7636 4.3), which protects nothing.
        if (draft["code_challenge_method"] != "S256")
            return OAuthError.InvalidRequest("code_challenge_method must be S256");
        return challenge.Length == ChallengeLength && Base64Url.IsValid(challenge) ? null : OAuthError.InvalidRequest("code_challenge is no SHA-256 in base64url");
    }

    static OAuthError? Prompt(AuthorizeDraft draft)
    {
        var prompts = draft.Parameters.Words("prompt");
        if (!prompts.All(Prompts.All.Contains))
            return OAuthError.InvalidRequest("prompt holds an unknown value");
        return prompts.Contains(Prompts.None) && prompts.Count > 1 ? OAuthError.InvalidRequest("prompt=none stands alone") : null;
    }
}
