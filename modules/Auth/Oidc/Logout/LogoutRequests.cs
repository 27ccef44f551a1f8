using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.IdToken;
using Mana.Auth.Oidc.Protocol;

namespace Mana.Auth.Oidc.Logout;

/// <summary>A checked request to log out (RP-Initiated Logout 2).</summary>
/// <param name="RedirectUri">Registered for logout; null: the person stays here.</param>
/// <param name="SessionId">That the client's id_token names; null: it sent none that says anything.</param>
internal sealed record LogoutRequest(string? ClientId, string? RedirectUri, string? State, string? SessionId, string? Locale)
{
    /// <summary>Where the browser goes afterwards.</summary>
    public string? Target => RedirectUri is null || State is null ? RedirectUri
        : RedirectUri + (RedirectUri.Contains('?', StringComparison.Ordinal) ? '&' : '?') + "state=" + Uri.EscapeDataString(State);
}

internal abstract record LogoutReading
{
    public sealed record Good(LogoutRequest Request) : LogoutReading;

    /// <summary>A page says so: nobody is sent anywhere.</summary>
    public sealed record Bad(string Reason) : LogoutReading;
}

/// <summary>Reads a request to log out; what could send people to a stranger is refused before anything happens.</summary>
internal sealed class LogoutRequests(ClientDirectory clients, IdTokenHints hints)
{
    public async Task<LogoutReading> ReadAsync(OAuthParameters parameters, CancellationToken cancellationToken)
    {
        if (parameters.Problem is { } problem)
            return new LogoutReading.Bad(problem);
        if (parameters.HasRepeated)
            return new LogoutReading.Bad("A parameter is sent twice");
        if (parameters["state"]?.Length > OAuthParameters.LongestState)
            return new LogoutReading.Bad("state is longer than 2048 characters");
        var reading = parameters["id_token_hint"] is { } token ? await hints.ReadAsync(token, cancellationToken) : null;
        if (reading is HintReading.Bad)
            return new LogoutReading.Bad("id_token_hint is not a token of this server");
        var hint = (reading as HintReading.Good)?.Hint;
        if (hint is not null && parameters["client_id"] is { } claimed && claimed != hint.Audience)
            return new LogoutReading.Bad("client_id is not the client of id_token_hint");
        var client = await clients.FindAsync(parameters["client_id"] ?? hint?.Audience, cancellationToken);
        if ((parameters["client_id"] is not null || hint is not null) && client is null)
            return new LogoutReading.Bad("The client is not known here");
        var target = parameters["post_logout_redirect_uri"];
        if (target is not null && client?.PostLogoutRedirectUris.Contains(target, StringComparer.Ordinal) != true)
            return new LogoutReading.Bad("post_logout_redirect_uri is not registered for this client");
        var locale = parameters.Words("ui_locales").Select(tag => tag.Split('-')[0]).FirstOrDefault(language => language is "de" or "en");
        return new LogoutReading.Good(new LogoutRequest(client?.ClientId, target, parameters["state"], hint?.SessionId, locale));
    }
}
