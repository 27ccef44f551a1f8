using System.Security.Claims;
using System.Text.Encodings.Web;
using Mana.Auth.Data.Configurations;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mana.Auth.Cookies;

/// <summary>
/// Scheme <c>ManaCookie</c>: the session behind the cookie, asked of the database at every request. A request that changes something must
/// also come from a trusted origin.
/// </summary>
internal sealed class ManaCookieHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, LiveSessions sessions, OriginCheck origins,
    SessionCookies cookies, TimeProvider time) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ManaCookie";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (cookies.Token(Context) is null)
            return AuthenticateResult.NoResult();
        if (origins.Refusal(Context) is { } refusal)
            return AuthenticateResult.Fail(new OriginRefused(refusal));
        if (await sessions.ByCookieAsync(Context, Context.RequestAborted) is not { } found)
            return AuthenticateResult.NoResult();
        var user = found.User;
        var caller = new CurrentUser(
            user.Id, found.Session.Id, user.Email, LowerCaseEnum.Text(user.Role), LowerCaseEnum.Text(user.AccessTier),
            time.GetUtcNow().AddSeconds(AccessTokens.LifetimeSeconds));
        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new Claim("sub", caller.UserId), new Claim("role", caller.Role)], SchemeName, "sub", "role");
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if ((await HandleAuthenticateOnceSafeAsync()).Failure is OriginRefused refused)
        {
            await ErrorEnvelope.WriteAsync(Context, refused.Error);
            return;
        }

        Response.Headers.WWWAuthenticate = "Bearer realm=\"mana\"";
        await ErrorEnvelope.WriteAsync(Context, AuthRefusals.NotSignedIn);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ErrorEnvelope.WriteAsync(Context, new ApiError(StatusCodes.Status403Forbidden, "FORBIDDEN", "This account may not do that."));

    sealed class OriginRefused(ApiError error) : Exception(error.Error)
    {
        public ApiError Error => error;
    }
}
