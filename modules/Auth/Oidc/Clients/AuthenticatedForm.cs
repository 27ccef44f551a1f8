using Mana.Auth.Data;
using Mana.Auth.Oidc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Clients;

/// <summary>What the neighbours of the token endpoint have in common: a form, each parameter once, of a client that proved itself.</summary>
internal sealed record AuthenticatedForm(OAuthParameters? Form, OAuthClient? Client, OAuthError? Error)
{
    public static async Task<AuthenticatedForm> ReadAsync(HttpContext context, ClientAuthentication authentication, CancellationToken cancellationToken)
    {
        if (await OAuthParameters.OfFormAsync(context.Request) is not { } form)
            return Refused(OAuthError.InvalidRequest("The body is not application/x-www-form-urlencoded"));
        if (form.Problem is { } problem)
            return Refused(OAuthError.InvalidRequest(problem));
        if (form.HasRepeated)
            return Refused(OAuthError.InvalidRequest("A parameter is sent twice"));
        var verdict = await authentication.AuthenticateAsync(context, form, cancellationToken);
        return verdict is ClientVerdict.Known known ? new AuthenticatedForm(form, known.Client, null) : Refused(((ClientVerdict.Refused)verdict).Error);
    }

    static AuthenticatedForm Refused(OAuthError error) => new(null, null, error);
}
