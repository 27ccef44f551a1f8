using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.StepUp;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Passkeys;

/// <summary>Step-up by a passkey of the caller (auth.md 29, item 9).</summary>
internal sealed class PasskeyProof(PasskeyAssertions assertions, RelyingParty party) : IStepUpProof
{
    public const string Name = "passkey";

    public string Method => Name;

    public bool IsIn(StepUpRequest request) => party.Enabled && request.Passkey is not null;

    public async Task<ProofVerdict> JudgeAsync(StepUpRequest request, User user, HttpContext context, CancellationToken cancellationToken) =>
        await assertions.VerifyAsync(request.Passkey!, user.Id, Visitor.Of(context), cancellationToken) switch
        {
            AssertionResult.Proven proven => new ProofVerdict.Proven(proven.Method),
            AssertionResult.Blocked blocked => new ProofVerdict.Locked(blocked.RetryAfterSeconds),
            _ => new ProofVerdict.Wrong(),
        };
}
