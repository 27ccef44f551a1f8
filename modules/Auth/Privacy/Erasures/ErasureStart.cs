using System.Text.Json;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Logout;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Kernel.Ids;
using Mana.Kernel.Privacy;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Privacy.Erasures;

/// <summary>
/// The moment from which there is no way back: one transaction marks the account, ends whatever opens it, and writes down what has to be
/// done. Everything after it is <see cref="ErasureRun"/>, which may die and come again.
/// </summary>
internal sealed class ErasureStart(
    AuthDbContext database, Credentials credentials, LogoutDebts debts, SpaceDeparture spaces, IEnumerable<IPersonalData> modules, SessionStanding standing, SecurityChain chain, SecurityLog security,
    IIdSource ids, TimeProvider time)
{
    public const string SpacesStep = "spaces";
    const string Reason = "account_deleted";

    public async Task<ErasureStarted> StartAsync(string userId, ErasureWish wish, string locale, ClientInfo client, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var subject = chain.SubjectOf(userId);
        if (await credentials.LockAsync(userId, cancellationToken) is not { } user)
            // Somebody was faster: there is one erasure, and both wait for it.
            return await database.Set<Erasure>().Where(row => row.Subject == subject).Select(row => row.Id).SingleOrDefaultAsync(cancellationToken) is { } running
                ? new ErasureStarted.Running(running)
                : new ErasureStarted.NotFound();
        if (await spaces.UnprovidedAsync(userId, wish, cancellationToken) is { Count: > 0 } left)
            return new ErasureStarted.SoleOwner(left);

        var open = await database.Sessions.Where(session => session.UserId == userId && session.RevokedAt == null).Select(session => session.Id).ToListAsync(cancellationToken);
        var erasure = await AddAsync(user, subject, wish, locale, open.Count, cancellationToken);
        await CloseAsync(userId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        open.ForEach(standing.End);
        security.Record(SecurityEventTypes.AccountDeleted, userId, client);
        return new ErasureStarted.Running(erasure);
    }

    async Task<string> AddAsync(User user, string subject, ErasureWish wish, string locale, int sessions, CancellationToken cancellationToken)
    {
        var (id, now) = (ids.NewId(), time.GetUtcNow());
        database.Set<Erasure>().Add(new Erasure
        {
            Id = id, Subject = subject, UserId = user.Id, Wish = JsonSerializer.Serialize(wish), Locale = locale, Sessions = sessions,
            Accounts = await DataOverview.AccountsAsync(database, user, cancellationToken), RequestedAt = now, NextAttemptAt = now,
        });
        foreach (var module in modules.Select(module => module.Module).Append(SpacesStep).Distinct(StringComparer.Ordinal))
            database.Set<ErasureStep>().Add(new ErasureStep { ErasureId = id, Module = module });
        await database.SaveChangesAsync(cancellationToken);
        return id;
    }

    /// <summary>Sessions with their refresh tokens, keys, grants and mailed links; and the password, so that nothing is left to guess.</summary>
    async Task CloseAsync(string userId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await debts.OweAccountAsync(userId, cancellationToken);
        await credentials.EndSessionsAsync(userId, null, Reason, cancellationToken);
        await credentials.VoidPasswordAsync(userId, cancellationToken);
        await database.Set<ApiKey>().Where(key => key.UserId == userId && key.RevokedAt == null).ExecuteUpdateAsync(key => key.SetProperty(row => row.RevokedAt, now), cancellationToken);
        await database.Set<MissionGrant>().Where(grant => grant.UserId == userId && grant.RevokedAt == null)
            .ExecuteUpdateAsync(grant => grant.SetProperty(row => row.RevokedAt, now), cancellationToken);
        await database.VerificationTokens.Where(token => token.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await database.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(user => user.SetProperty(row => row.DeletedAt, now), cancellationToken);
    }
}

internal abstract record ErasureStarted
{
    /// <summary>It is committed to: by this call, or by one before it.</summary>
    public sealed record Running(string ErasureId) : ErasureStarted;

    /// <summary>Nothing has happened: other people would be left without an owner.</summary>
    public sealed record SoleOwner(IReadOnlyList<OwnedSpace> Spaces) : ErasureStarted;

    public sealed record NotFound : ErasureStarted;
}
