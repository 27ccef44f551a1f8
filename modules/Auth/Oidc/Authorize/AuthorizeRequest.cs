using Mana.Auth.Data;
using Mana.Auth.Oidc.Protocol;

namespace Mana.Auth.Oidc.Authorize;

/// <summary>A request that passed every check of <see cref="AuthorizeChecks"/>; what is stored while its person signs in.</summary>
/// <param name="Scopes">What the client asked for, may have and we know.</param>
/// <param name="HintedUser">Subject of <c>id_token_hint</c>: nobody else may come back.</param>
/// <param name="Locale"><c>de</c> or <c>en</c>, when the client asked for a language that we have.</param>
internal sealed record AuthorizeRequest(
    string ClientId,
    string RedirectUri,
    string ResponseMode,
    IReadOnlyList<string> Scopes,
    string? State,
    string? Nonce,
    string? CodeChallenge,
    IReadOnlyList<string> Prompts,
    int? MaxAge,
    string? HintedUser,
    string? LoginHint,
    string? Locale,
    string? DpopJkt)
{
    public ResponseTarget Target => new(RedirectUri, ResponseMode, State);

    public bool Wants(string prompt) => Prompts.Contains(prompt);
}

/// <summary>Where the answer goes, and how. The address is registered: nothing else ever gets here.</summary>
internal sealed record ResponseTarget(string RedirectUri, string ResponseMode, string? State)
{
    public const string Query = "query";
    public const string FormPost = "form_post";

    public static readonly IReadOnlyList<string> Modes = [Query, FormPost];
}

/// <summary>Values of <c>prompt</c> (OpenID Connect Core 3.1.2.1).</summary>
internal static class Prompts
{
    public const string None = "none";
    public const string Login = "login";
    public const string Consent = "consent";
    public const string SelectAccount = "select_account";

    public static readonly IReadOnlyList<string> All = [None, Login, Consent, SelectAccount];
}

internal abstract record AuthorizeReading
{
    /// <summary>Nobody can be told but the person in front of the screen: the client or its address is not known.</summary>
    /// <param name="Reason">Registered words for developers.</param>
    public sealed record Unsafe(string Reason) : AuthorizeReading;

    /// <summary>A pushed request that was used, is too old, or was another client's: the person can begin again.</summary>
    public sealed record Over(string ClientId) : AuthorizeReading;

    public sealed record Refused(ResponseTarget Target, OAuthError Error) : AuthorizeReading;

    public sealed record Accepted(AuthorizeRequest Request, OAuthClient Client) : AuthorizeReading;
}
