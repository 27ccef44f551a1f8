using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace Mana.Auth.StepUp;

/// <summary>The password once more, under the same lock as at sign-in.</summary>
internal sealed class PasswordProof(UserManager<User> users, HashingGate gate, AccountLockout lockout) : IStepUpProof
{
    public string Method => "pwd";

    public bool IsIn(StepUpRequest request) => !string.IsNullOrEmpty(request.Password);

    public async Task<ProofVerdict> JudgeAsync(StepUpRequest request, User user, HttpContext context, CancellationToken cancellationToken)
    {
        if (lockout.SecondsLeft(user.LockoutEnd) is { } left)
            return new ProofVerdict.Locked(left);
        bool right;
        using (var lease = await gate.EnterAsync(cancellationToken))
        {
            if (!lease.IsAcquired)
                return new ProofVerdict.Busy();
            right = user.PasswordHash is { } hash && users.PasswordHasher.VerifyHashedPassword(user, hash, request.Password!) != PasswordVerificationResult.Failed;
        }

        if (right)
            return new ProofVerdict.Proven();
        return await lockout.CountFailureAsync(user.Id, cancellationToken) is { } locked ? new ProofVerdict.Locked(locked) : new ProofVerdict.Wrong();
    }
}
