using System.Security.Claims;
using System.Text.Encodings.Web;
using Mana.Auth.Contracts;
using Mana.Auth.Oidc.Dpop;
using Mana.Auth.Oidc.Jose;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mana.Auth.Tokens;

/// <summary>Scheme <c>ManaBearer</c>: the access token of RFC 6750, or of RFC 9449 with a proof of its key, refused in the words that the client library reads (auth.md 3.4, 24.4).</summary>
internal sealed class ManaBearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IAccessTokenVerifier verifier, ProvenKey possession)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ManaBearer";
    const string Bearer = "Bearer ";
    const string Dpop = "DPoP ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if ((Token(Bearer) ?? Token(Dpop)) is not { } token)
            return AuthenticateResult.NoResult();
        var verdict = Token(Dpop) is null ? await verifier.VerifyAsync(token, Context.RequestAborted)
            : Request.Headers[DpopProofs.Header] is [{ } proof] ? await verifier.VerifyAsync(token, new PossessionProof(proof, Request.Method, RequestTarget.PathOf(Context)), Context.RequestAborted)
            : new TokenVerdict.Invalid("unproven");
        Context.Features.Set(verdict);
        return verdict switch
        {
            TokenVerdict.Valid valid => SignIn(valid),
            TokenVerdict.Expired => AuthenticateResult.Fail(new BearerRefused(Refusal.Expired)),
            TokenVerdict.KeysUnavailable => AuthenticateResult.Fail(new BearerRefused(Refusal.KeysUnavailable)),
            TokenVerdict.Invalid { Reason: "unproven" } => AuthenticateResult.Fail(new BearerRefused(Refusal.Unproven)),
            _ => AuthenticateResult.Fail(new BearerRefused(Refusal.Invalid)),
        };
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        var refusal = (result.Failure as BearerRefused)?.Refusal ?? (result.Failure is null ? Refusal.Missing : Refusal.Invalid);
        if (refusal == Refusal.KeysUnavailable)
        {
            await ErrorEnvelope.WriteAsync(Context, Refusals.Unavailable);
            return;
        }

        var (error, code, message) = refusal switch
        {
            Refusal.Expired => ("TOKEN_EXPIRED", "TOKEN_EXPIRED", "Token expired"),
            Refusal.Missing => ("UNAUTHORIZED", "INVALID_TOKEN", "Missing or invalid Authorization header"),
            Refusal.Unproven => ("UNAUTHORIZED", "INVALID_TOKEN", "The token needs a proof of its key"),
            _ => ("UNAUTHORIZED", "INVALID_TOKEN", "Invalid token"),
        };
        Response.Headers.WWWAuthenticate = refusal == Refusal.Missing
            ? "Bearer realm=\"mana\""
            : refusal == Refusal.Unproven || Token(Dpop) is not null
            ? $"DPoP realm=\"mana\", error=\"invalid_token\", error_description=\"{message}\", algs=\"{string.Join(' ', ClientKeys.Algorithms)}\""
            : $"Bearer realm=\"mana\", error=\"invalid_token\", error_description=\"{message}\"";
        var style = Context.GetEndpoint()?.Metadata.GetMetadata<ErrorStyle>();
        await ErrorEnvelope.WriteAsync(Context, new ApiError(
            StatusCodes.Status401Unauthorized, style?.Unauthorized ?? error, (refusal == Refusal.Missing ? style?.NoToken : style?.BadToken) ?? message) { Code = code });
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ErrorEnvelope.WriteAsync(Context, new ApiError(StatusCodes.Status403Forbidden, "FORBIDDEN", "This account may not do that."));

    AuthenticateResult SignIn(TokenVerdict.Valid valid)
    {
        // What this request is given in return, after a step-up for one, is bound as its token is.
        possession.Thumbprint ??= valid.KeyThumbprint;
        var user = valid.User;
        Context.Features.Set(user);
        var identity = new ClaimsIdentity([new Claim("sub", user.UserId), new Claim("role", user.Role)], SchemeName, "sub", "role");
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    /// <summary>Null when there is no token to judge: no header, several, another scheme, or nothing behind the scheme.</summary>
    string? Token(string scheme)
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var token = header[scheme.Length..].Trim();
        return token.Length == 0 ? null : token;
    }
}

internal enum Refusal
{
    Missing,
    Invalid,
    Expired,
    KeysUnavailable,
    Unproven,
}

/// <summary>Carries the reason from authentication to the challenge; never thrown.</summary>
internal sealed class BearerRefused(Refusal refusal) : Exception(refusal.ToString())
{
    public Refusal Refusal => refusal;
}
