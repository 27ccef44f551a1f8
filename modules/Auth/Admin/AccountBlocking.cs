using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Admin;

/// <summary>
/// Shuts an account, and opens it again. What is shut stays as it is, but nothing opens it: sessions, tokens of clients and grants of missions end
/// for good, API keys are refused until it is open again.
/// </summary>
internal sealed class AccountBlocking(AuthDbContext database, Credentials credentials, SessionStanding standing, SecurityLog log, TimeProvider time)
{
    const string Reason = "blocked";

    /// <summary>Safe to repeat. A sign-in that is under way waits at the account's row, and then finds it shut.</summary>
    /// <param name="actorId">Who asks for it: nobody shuts themselves out, and somebody is left to administer.</param>
    public async Task<AdminChange> BlockAsync(string userId, string actorId, ClientInfo client, CancellationToken cancellationToken)
    {
        if (userId == actorId)
            return new AdminChange.Self();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var admins = await UserAdministration.LockAdminsAsync(database, cancellationToken);
        if (await credentials.LockAsync(userId, cancellationToken) is not { } user)
            return new AdminChange.NotFound();
        if (admins.TrueForAll(admin => admin == userId))
            return new AdminChange.LastAdmin();
        if (user.BlockedAt is not null)
            return new AdminChange.Done(user);

        var now = time.GetUtcNow();
        var open = await database.Sessions.Where(session => session.UserId == userId && session.RevokedAt == null).Select(session => session.Id).ToListAsync(cancellationToken);
        await database.Users.Where(row => row.Id == userId).ExecuteUpdateAsync(row => row.SetProperty(it => it.BlockedAt, now).SetProperty(it => it.UpdatedAt, now), cancellationToken);
        await credentials.EndSessionsAsync(userId, null, Reason, cancellationToken);
        await database.Set<MissionGrant>().Where(grant => grant.UserId == userId && grant.RevokedAt == null)
            .ExecuteUpdateAsync(grant => grant.SetProperty(row => row.RevokedAt, now), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        open.ForEach(standing.End);
        log.Record(SecurityEventTypes.AccountBlocked, userId, ClientInfo.None with { RequestId = client.RequestId }, ("by", "admin"), ("sessionsEnded", open.Count));
        return new AdminChange.Done(user);
    }

    /// <summary>Safe to repeat. Nobody is signed in by it.</summary>
    public async Task<AdminChange> UnblockAsync(string userId, ClientInfo client, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await credentials.LockAsync(userId, cancellationToken) is not { } user)
            return new AdminChange.NotFound();
        if (user.BlockedAt is null)
            return new AdminChange.Done(user);
        var now = time.GetUtcNow();
        await database.Users.Where(row => row.Id == userId)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.BlockedAt, (DateTimeOffset?)null).SetProperty(it => it.UpdatedAt, now), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        log.Record(SecurityEventTypes.AccountUnblocked, userId, ClientInfo.None with { RequestId = client.RequestId }, ("by", "admin"));
        return new AdminChange.Done(user);
    }
}
