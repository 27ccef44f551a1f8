using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.StepUp;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.TwoFactor;

/// <summary>Step-up by a code of the authenticator app or a backup code (auth.md 29, item 9).</summary>
internal sealed class SecondFactorProof(SecondFactorGuard guard) : IStepUpProof
{
    public string Method => AuthenticationMethods.OneTimeCode;

    public bool IsIn(StepUpRequest request) => !string.IsNullOrWhiteSpace(request.TwoFactorCode);

    public async Task<ProofVerdict> JudgeAsync(StepUpRequest request, User user, HttpContext context, CancellationToken cancellationToken)
    {
        // A secret that is still pending proves nothing.
        if (!user.TwoFactorEnabled)
            return new ProofVerdict.Wrong();
        var code = request.TwoFactorCode!;
        return await guard.CheckAsync(user, CodeShape.FactorOf(code), code, Visitor.Of(context), true, null, cancellationToken) switch
        {
            CodeCheck.Right => new ProofVerdict.Proven(AuthenticationMethods.OneTimeCode),
            CodeCheck.Locked locked => new ProofVerdict.Locked(locked.RetryAfterSeconds),
            CodeCheck.Busy => new ProofVerdict.Busy(),
            _ => new ProofVerdict.Wrong(),
        };
    }
}
