using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.StepUp;

/// <summary>The password once more, counted with all other guesses; the session that the caller holds keeps strangers from locking them out.</summary>
internal sealed class PasswordProof(PasswordGuard guard) : IStepUpProof
{
    public string Method => AuthenticationMethods.Password;

    public bool IsIn(StepUpRequest request) => !string.IsNullOrEmpty(request.Password);

    public async Task<ProofVerdict> JudgeAsync(StepUpRequest request, User user, HttpContext context, CancellationToken cancellationToken) =>
        await guard.CheckAsync(user.NormalizedEmail!, user, request.Password!, Visitor.Of(context), "step-up", true, cancellationToken) switch
        {
            PasswordCheck.Right => new ProofVerdict.Proven(Method),
            PasswordCheck.Wrong => new ProofVerdict.Wrong(),
            PasswordCheck.Locked locked => new ProofVerdict.Locked(locked.RetryAfterSeconds),
            _ => new ProofVerdict.Busy(),
        };
}
