using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.StepUp;

internal abstract record StepUpResult
{
    public sealed record Done(string AccessToken, DateTimeOffset AuthTime) : StepUpResult;

    /// <summary>Nothing in the request proves anything.</summary>
    public sealed record Nothing : StepUpResult;

    /// <summary>The proof was none.</summary>
    /// <param name="Method">Which proof it was.</param>
    public sealed record Wrong(string Method) : StepUpResult;

    public sealed record Locked(int RetryAfterSeconds) : StepUpResult;

    public sealed record Busy : StepUpResult;

    public sealed record SessionEnded : StepUpResult;
}

/// <summary>A fresh proof that the person at the device is still the owner of the session (auth.md 29, item 9): it moves <c>auth_time</c>.</summary>
internal sealed class StepUpService(AuthDbContext database, IEnumerable<IStepUpProof> proofs, AccessTokens access, ProvenKey possession, SecurityLog log, TimeProvider time)
{
    public async Task<StepUpResult> StepUpAsync(StepUpRequest request, CurrentUser caller, HttpContext context, CancellationToken cancellationToken)
    {
        var client = ClientInfo.Of(context);
        if (proofs.FirstOrDefault(proof => proof.IsIn(request)) is not { } given)
            return new StepUpResult.Nothing();
        if (await database.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == caller.UserId && user.DeletedAt == null, cancellationToken) is not { } owner)
            return new StepUpResult.SessionEnded();
        switch (await given.JudgeAsync(request, owner, context, cancellationToken))
        {
            case ProofVerdict.Wrong:
                log.Record(SecurityEventTypes.StepUpFailed, owner.Id, client, ("method", given.Method));
                return new StepUpResult.Wrong(given.Method);
            case ProofVerdict.Locked locked:
                return new StepUpResult.Locked(locked.RetryAfterSeconds);
            case ProofVerdict.Busy:
                return new StepUpResult.Busy();
            case ProofVerdict.Proven proven:
                return await RenewAsync(owner, caller.SessionId, given.Method, proven.Methods, client, cancellationToken);
            case var other:
                throw new InvalidOperationException($"{other} is no verdict.");
        }
    }

    async Task<StepUpResult> RenewAsync(User owner, string? sessionId, string method, IReadOnlyList<string> methods, ClientInfo client, CancellationToken cancellationToken)
    {
        var key = await access.SigningKeyAsync(cancellationToken);
        var now = time.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        database.ChangeTracker.Clear();
        var sessions = await database.Sessions.FromSql($"SELECT * FROM auth.sessions WHERE id = {sessionId} AND user_id = {owner.Id} FOR UPDATE").ToListAsync(cancellationToken);
        if (sessions is not [var session] || !session.IsAlive(now))
            return new StepUpResult.SessionEnded();
        session.AuthTime = now;
        session.Amr = AuthenticationMethods.Join(session.Amr, methods);
        if (methods.Any(AuthenticationMethods.IsSecondFactor))
            session.SecondFactorAt = now;
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        log.Record(SecurityEventTypes.StepUpCompleted, owner.Id, client, ("method", method), ("sessionId", session.Id));
        return new StepUpResult.Done(access.Mint(key, owner, session, possession), now);
    }
}
