using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Authorize;

/// <summary>The authorization endpoint (OpenID Connect Core 3.1.2): GET and POST.</summary>
internal static class AuthorizeHandler
{
    public static Task<IResult> GetAsync(Page page, AuthorizeReader reader, Authorization authorization, RequestPages pages, AuthOptions options, CancellationToken cancellationToken) =>
        AnswerAsync(page, OAuthParameters.OfQuery(page.Http.Request), reader, authorization, pages, options, cancellationToken);

    public static async Task<IResult> PostAsync(Page page, AuthorizeReader reader, Authorization authorization, RequestPages pages, AuthOptions options, CancellationToken cancellationToken) =>
        await OAuthParameters.OfFormAsync(page.Http.Request) is { } form
            ? await AnswerAsync(page, form, reader, authorization, pages, options, cancellationToken)
            : RequestPages.Unsafe(page, "The body is not application/x-www-form-urlencoded");

    /// <summary>Back from a page of ours.</summary>
    public static async Task<IResult> ContinueAsync(Page page, Authorization authorization, RequestPages pages, AuthOptions options, CancellationToken cancellationToken) =>
        await ResultAsync(page, await authorization.ResumeAsync(page.Http, page.Query["request"], cancellationToken), pages, options, cancellationToken);

    public static async Task<IResult> ResultAsync(Page page, AuthorizeAnswer answer, RequestPages pages, AuthOptions options, CancellationToken cancellationToken) => answer switch
    {
        AuthorizeAnswer.Respond respond => new AuthorizeResponse(respond, options.BaseUrl),
        AuthorizeAnswer.SignIn signIn => Page.SeeOther(SignInPages.PathForRequest(signIn.RequestId)),
        AuthorizeAnswer.Ask ask => Page.SeeOther(Consent.ConsentPages.PathFor(ask.RequestId)),
        AuthorizeAnswer.Stuck stuck => await pages.StuckAsync(page, stuck.Why, cancellationToken),
        _ => throw new InvalidOperationException(answer.ToString()),
    };

    static async Task<IResult> AnswerAsync(
        Page page, OAuthParameters parameters, AuthorizeReader reader, Authorization authorization, RequestPages pages, AuthOptions options, CancellationToken cancellationToken)
    {
        switch (await reader.ReadAsync(parameters, cancellationToken))
        {
            case AuthorizeReading.Accepted accepted:
                return await authorization.StartAsync(page.Http, accepted.Request, accepted.Client, cancellationToken) switch
                {
                    AuthorizeAnswer.Respond respond => new AuthorizeResponse(respond, options.BaseUrl),
                    AuthorizeAnswer.Ask ask => Page.SeeOther(Consent.ConsentPages.PathFor(ask.RequestId)),
                    // Posted: whether anybody is signed in shows when the browser comes again.
                    AuthorizeAnswer.SignIn signIn when HttpMethods.IsPost(page.Http.Request.Method) => Page.SeeOther($"{OidcPaths.Continue}?request={signIn.RequestId}"),
                    AuthorizeAnswer.SignIn signIn => Page.SeeOther(SignInPages.PathForRequest(signIn.RequestId)),
                    var other => throw new InvalidOperationException(other.ToString()),
                };
            case AuthorizeReading.Refused refused:
                return new AuthorizeResponse(new AuthorizeAnswer.Respond(refused.Target, null, refused.Error), options.BaseUrl);
            case AuthorizeReading.Over over:
                return await pages.StuckAsync(page, new StoredReading.Gone(over.ClientId), cancellationToken);
            case AuthorizeReading.Unsafe wrong:
                return RequestPages.Unsafe(page, wrong.Reason);
            default:
                throw new InvalidOperationException("A reading that nobody knows.");
        }
    }
}
