using Mana.Auth.Data;
using Mana.Auth.Passkeys;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.StepUp;

/// <summary>Exactly one of them is given; the ways to prove it are the registered <see cref="IStepUpProof"/>s, in their order.</summary>
/// <param name="Passkey">An answer to <c>passkeys/authenticate/options</c>.</param>
internal sealed record StepUpRequest(string? Password, string? TwoFactorCode, PasskeyAnswer? Passkey = null);

/// <summary>One way to prove again who one is: password, second factor, passkey.</summary>
internal interface IStepUpProof
{
    /// <summary>Its name in the log.</summary>
    string Method { get; }

    bool IsIn(StepUpRequest request);

    /// <summary>Counts a wrong proof as a wrong sign-in, where there are counters.</summary>
    Task<ProofVerdict> JudgeAsync(StepUpRequest request, User user, HttpContext context, CancellationToken cancellationToken);
}

internal abstract record ProofVerdict
{
    /// <summary>It is who it should be.</summary>
    /// <param name="Methods">Of <c>amr</c> (RFC 8176).</param>
    public sealed record Proven(params IReadOnlyList<string> Methods) : ProofVerdict;

    public sealed record Wrong : ProofVerdict;

    public sealed record Locked(int RetryAfterSeconds) : ProofVerdict;

    /// <summary>More hashes wait than this host can compute; nothing was counted.</summary>
    public sealed record Busy : ProofVerdict;
}
