using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Consent;

internal sealed record ConsentRequest(bool? Accept, [property: System.Text.Json.Serialization.JsonPropertyName("consent_code")] string? ConsentCode);

/// <summary>The original's answer to a consent page of an app's own (auth.md 13.2): by JSON and cookie, from a trusted origin.</summary>
internal static class ConsentHandler
{
    public static async Task<IResult> PostAsync(HttpContext context, ConsentRequest? request, Authorization authorization, AuthOptions options, CancellationToken cancellationToken) =>
        await authorization.AnswerAsync(context, request?.ConsentCode, request?.Accept == true, null, cancellationToken) switch
        {
            AuthorizeAnswer.Respond respond => Results.Ok(new { redirectURI = new AuthorizeResponse(respond, options.BaseUrl).Address }),
            AuthorizeAnswer.SignIn signIn => Results.Ok(new { redirectURI = options.BaseUrl + SignInPages.PathForRequest(signIn.RequestId) }),
            _ => OAuthError.InvalidRequest("consent_code is unknown, used, or has expired"),
        };
}
