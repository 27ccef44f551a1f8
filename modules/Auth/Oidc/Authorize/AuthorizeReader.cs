using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.IdToken;
using Mana.Auth.Oidc.Protocol;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Oidc.Authorize;

/// <summary>
/// Reads an authorization request (auth.md 13.5, steps 1 and 2). First who asks and where the answer would go: until both are known good,
/// nothing is sent anywhere.
/// </summary>
internal sealed class AuthorizeReader(ClientDirectory clients, StoredRequests stored, IdTokenHints hints, AuthMetrics metrics, ILogger<AuthorizeReader> log)
{
    /// <summary>What a request may say; the rest is passed over.</summary>
    public static readonly IReadOnlyList<string> Known =
    [
        "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age", "id_token_hint", "login_hint",
        "ui_locales", "dpop_jkt",
    ];

    const int LongestHint = 254;

    public async Task<AuthorizeReading> ReadAsync(OAuthParameters parameters, CancellationToken cancellationToken)
    {
        if (parameters.Problem is { } problem)
            return Unsafe(problem);
        if (parameters.IsRepeated("client_id") || parameters.IsRepeated("redirect_uri") || parameters.IsRepeated("request_uri"))
            return Unsafe("client_id or redirect_uri is sent twice");
        if (await clients.FindAsync(parameters["client_id"], cancellationToken) is not { } client)
            return Unsafe("The client is not known here");
        if (StoredRequests.PushedId(parameters["request_uri"]) is { } pushed)
            return await stored.TakePushedAsync(pushed, client.ClientId, cancellationToken) is { } row
                ? await CheckAsync(OAuthParameters.FromJson(row.Parameters), client, true, cancellationToken)
                : new AuthorizeReading.Over(client.ClientId);
        return await CheckAsync(parameters, client, false, cancellationToken);
    }

    /// <summary>The checks alone, also for a request that is pushed: there the client gets the answer itself.</summary>
    public async Task<AuthorizeReading> CheckAsync(OAuthParameters parameters, OAuthClient client, bool pushed, CancellationToken cancellationToken)
    {
        if (!RedirectUris.IsRegistered(client, parameters["redirect_uri"]))
            return Unsafe("redirect_uri is not registered for this client");
        var redirectUri = parameters["redirect_uri"]!;
        var hint = parameters["id_token_hint"] is { } token ? await hints.ReadAsync(token, cancellationToken) : null;
        var draft = new AuthorizeDraft(parameters, client, redirectUri, hint, pushed);
        var target = new ResponseTarget(redirectUri, ResponseTarget.Modes.FirstOrDefault(mode => mode == parameters["response_mode"] && !parameters.IsRepeated("response_mode")) ?? ResponseTarget.Query,
            parameters.IsRepeated("state") ? null : parameters["state"]);
        foreach (var (name, check) in AuthorizeChecks.InOrder)
            if (check(draft) is { } error)
            {
                log.LogInformation("Authorization request of {ClientId} refused: {Error}, check: {Check}", client.ClientId, error.Error, name);
                metrics.Oidc("authorize", error.Error);
                return new AuthorizeReading.Refused(target, error);
            }

        return new AuthorizeReading.Accepted(Request(draft, target), client);
    }

    static AuthorizeRequest Request(AuthorizeDraft draft, ResponseTarget target) => new(
        draft.Client.ClientId, draft.RedirectUri, target.ResponseMode, AuthorizeChecks.Granted(draft.Parameters, draft.Client), target.State, draft["nonce"],
        draft["code_challenge"], draft.Parameters.Words("prompt"), AuthorizeChecks.Seconds(draft["max_age"]), (draft.Hint as HintReading.Good)?.Hint.Subject,
        StoredText.Shortened(draft["login_hint"], LongestHint), Locale(draft.Parameters), draft["dpop_jkt"]);

    static string? Locale(OAuthParameters parameters) =>
        parameters.Words("ui_locales").Select(tag => tag.Split('-')[0].ToLowerInvariant()).FirstOrDefault(language => language is "de" or "en");

    AuthorizeReading.Unsafe Unsafe(string reason)
    {
        metrics.Oidc("authorize", "unsafe");
        return new AuthorizeReading.Unsafe(reason);
    }
}
