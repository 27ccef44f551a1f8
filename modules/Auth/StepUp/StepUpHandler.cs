using System.Text.Json.Serialization;
using Mana.Auth.Passkeys;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.StepUp;

internal sealed record StepUpResponse(
    string AccessToken, int ExpiresIn, string TokenType, [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset AuthTime);

internal static class StepUpHandler
{
    public static async Task<IResult> StepUpAsync(
        StepUpRequest request, CurrentUser caller, HttpContext context, StepUpService service, ProvenKey proven, CancellationToken cancellationToken) =>
        await service.StepUpAsync(request, caller, context, cancellationToken) switch
        {
            StepUpResult.Done done => Results.Ok(new StepUpResponse(done.AccessToken, AccessTokens.LifetimeSeconds, proven.TokenType, done.AuthTime)),
            StepUpResult.Nothing => AuthRefusals.Validation("password: Required"),
            StepUpResult.Wrong { Method: AuthenticationMethods.OneTimeCode } => AuthRefusals.TwoFactorFailed,
            StepUpResult.Wrong { Method: PasskeyProof.Name } => AuthRefusals.PasskeyFailed,
            StepUpResult.Wrong => AuthRefusals.InvalidCredentials,
            StepUpResult.Locked locked => AuthRefusals.Locked(locked.RetryAfterSeconds),
            StepUpResult.SessionEnded => AuthRefusals.NotSignedIn,
            _ => Refusals.RateLimited(HashingGate.RetryAfterSeconds, wrapper: true),
        };
}
