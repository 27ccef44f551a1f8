using Mana.Auth.Accounts;
using Mana.Auth.Cookies;
using Mana.Auth.Native;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.StepUp;
using Mana.Auth.Tokens;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.TwoFactor;

/// <summary>What a code is for: the sign-in that this browser has begun, else the session that it has.</summary>
internal sealed class TwoFactorEntrance(
    SecondFactorSignIn signIn, TwoFactorEnrolment enrolment, StepUpService stepUp, LiveSessions sessions, TwoFactorCookies cookies, OriginCheck origins, SignedIn signedIn,
    KnownDevices devices, ProvenKey proven)
{
    public async Task<IResult> VerifyAsync(TwoFactorCodeRequest request, SecondFactor factor, HttpContext http, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Code))
            return NativeRefusals.Validation("code", "Required");
        var (visitor, token) = (Visitor.Of(http), request.TwoFactorToken);
        if (token is null && (token = cookies.PendingToken(http)) is not null && origins.Refusal(http) is { } foreign)
            return foreign;
        var result = token is null
            ? new SecondFactorResult.NoneBegun()
            : await signIn.VerifyAsync(token, factor, request.Code, request.TrustDevice == true, visitor, cancellationToken);
        switch (result)
        {
            case SecondFactorResult.SignedIn done:
                if (request.DisableSession != true)
                    signedIn.Complete(http, done.Session, done.RememberMe);
                devices.Write(http, done.DeviceCookie);
                return Answer(done.Session.Tokens.AccessToken, done.Account, done.Session.Tokens.RefreshToken);
            case SecondFactorResult.Refused refused:
                return TwoFactorRefusals.Of(refused.Check, factor);
            default:
                return request.TwoFactorToken is null && await sessions.OfAsync(http, cancellationToken) is { } live
                    ? await OfSessionAsync(live, request, factor, visitor, http, cancellationToken)
                    : TwoFactorRefusals.InvalidCookie;
        }
    }

    async Task<IResult> OfSessionAsync(LiveSession live, TwoFactorCodeRequest request, SecondFactor factor, Visitor visitor, HttpContext http, CancellationToken cancellationToken)
    {
        if (live.User.TwoFactorEnabled)
            return await AgainAsync(live, request, factor, http, cancellationToken);
        if (factor == SecondFactor.BackupCode)
            return TwoFactorRefusals.NotEnabled;
        var result = await enrolment.ConfirmAsync(live, request.Code!, request.TrustDevice == true, visitor, cancellationToken);
        if (result is not TwoFactorChange.Enabled done)
            return TwoFactorRefusals.Of(result, factor);
        signedIn.Complete(http, done.Session, null);
        devices.Write(http, done.DeviceCookie);
        return Answer(done.Session.Tokens.AccessToken, done.Account, done.Session.Tokens.RefreshToken);
    }

    /// <summary>Somebody who is signed in proves it once more.</summary>
    async Task<IResult> AgainAsync(LiveSession live, TwoFactorCodeRequest request, SecondFactor factor, HttpContext http, CancellationToken cancellationToken)
    {
        var caller = new CurrentUser(live.User.Id, live.Session.Id, live.User.Email, "", "", live.Session.ExpiresAt);
        return await stepUp.StepUpAsync(new StepUpRequest(null, request.Code), caller, http, cancellationToken) switch
        {
            StepUpResult.Done done => Answer(done.AccessToken, AccountView.Of(live.User), null),
            StepUpResult.Wrong => TwoFactorRefusals.Of(new TwoFactorChange.WrongCode(), factor),
            StepUpResult.Locked locked => AuthRefusals.Locked(locked.RetryAfterSeconds),
            StepUpResult.SessionEnded => TwoFactorRefusals.InvalidCookie,
            _ => NativeRefusals.Busy,
        };
    }

    IResult Answer(string access, AccountView account, string? refresh) =>
        Results.Ok(new TwoFactorVerified(access, account, access, refresh, AccessTokens.LifetimeSeconds, proven.TokenType));
}
