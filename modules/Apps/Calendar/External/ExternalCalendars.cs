using System.Linq.Expressions;
using Mana.Apps.Calendar.CalDav;
using Mana.Apps.Calendar.Google;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Data;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar.External;

/// <summary>What a person wants to mirror.</summary>
internal sealed record NewExternal(string Provider, Guid? AccountId, string? RemoteId, string? Url, string TargetId, string Direction, int IntervalMinutes, string? Name, string? Color, bool Enabled)
{
    public DavCredentials? Credentials { get; init; }
}

/// <summary>What of a mirror is to be different; null: stays.</summary>
internal sealed record ExternalChange(int? IntervalMinutes, bool? Enabled, string? Name, string? Color, string? Direction)
{
    public DavCredentials? Credentials { get; init; }
}

internal enum ExternalOutcome
{
    Done,
    NotFound,
    NotGoogle,

    /// <summary>Credentials are for CalDAV.</summary>
    NotDav,

    /// <summary>The Google account was connected for reading only.</summary>
    MayNotWrite,
    CalendarNotFound,
    AccountNotFound,
    UrlNotAllowed,
    TooMany,
}

/// <summary>Subscriptions of a person to calendars outside.</summary>
internal sealed class ExternalCalendars(
    AppsDbContext database, CalendarAccess calendars, SafeFetcher fetcher, CalendarAddresses addresses, DavAccounts dav, ExternalWorker worker, CalendarOptions options, IIdSource ids, TimeProvider time)
{
    public Task<List<ExternalCalendar>> OfAsync(string userId, CancellationToken cancellationToken) =>
        database.Set<ExternalCalendar>().AsNoTracking().Include(one => one.DavAccount).Where(one => one.UserId == userId).OrderBy(one => one.CreatedAt).ToListAsync(cancellationToken);

    public async Task<(ExternalCalendar? Calendar, ExternalOutcome Outcome)> AddAsync(string userId, NewExternal wish, CancellationToken cancellationToken)
    {
        if (await calendars.FindAsync(userId, wish.TargetId, cancellationToken) is not { MayWrite: true })
            return (null, ExternalOutcome.CalendarNotFound);
        if (wish.Provider == "google" && await AccountAsync(userId, wish.AccountId, wish.Direction, cancellationToken) is var account && account != ExternalOutcome.Done)
            return (null, account);
        if (wish.Provider == "ical_url" && !(Uri.TryCreate(wish.Url, UriKind.Absolute, out var address) && fetcher.MayFetch(address)))
            return (null, ExternalOutcome.UrlNotAllowed);
        if (DavAccounts.Serves(wish.Provider) && await dav.CheckAsync(userId, wish, cancellationToken) is var credentials && credentials != ExternalOutcome.Done)
            return (null, credentials);
        if (await database.Set<ExternalCalendar>().CountAsync(one => one.UserId == userId, cancellationToken) >= options.MostExternal)
            return (null, ExternalOutcome.TooMany);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var (id, now, isDav) = (ids.NewGuid(), time.GetUtcNow(), DavAccounts.Serves(wish.Provider));
        var url = isDav ? DavAddress.Typed(wish.Url!)!.AbsoluteUri : wish.Url;
        var davAccount = wish.Credentials is { } given ? await dav.KeepAsync(userId, new Uri(url!), given, cancellationToken) : isDav ? wish.AccountId : null;
        var calendar = new ExternalCalendar
        {
            Id = id, UserId = userId, Provider = wish.Provider, AccountId = isDav ? null : wish.AccountId, DavAccountId = davAccount, RemoteId = wish.RemoteId, Url = url is null ? null : addresses.Seal(id, url), CalendarId = wish.TargetId,
            Direction = wish.Direction, Name = wish.Name, Color = wish.Color, IntervalMinutes = wish.IntervalMinutes, Enabled = wish.Enabled, NextRunAt = now, CreatedAt = now,
        };
        database.Add(calendar);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        worker.Wake();
        return (await FindAsync(userId, id, cancellationToken), ExternalOutcome.Done);
    }

    /// <summary>As it is stored now, with its account.</summary>
    Task<ExternalCalendar?> FindAsync(string userId, Guid id, CancellationToken cancellationToken) =>
        database.Set<ExternalCalendar>().AsNoTracking().Include(one => one.DavAccount).FirstOrDefaultAsync(one => one.Id == id && one.UserId == userId, cancellationToken);

    /// <summary>Whoever changes the direction starts with everything: what was only read so far has no counterpart yet.</summary>
    public async Task<(ExternalCalendar? Calendar, ExternalOutcome Outcome)> ChangeAsync(string userId, Guid id, ExternalChange change, CancellationToken cancellationToken)
    {
        if (await database.Set<ExternalCalendar>().FirstOrDefaultAsync(one => one.Id == id && one.UserId == userId, cancellationToken) is not { } calendar)
            return (null, ExternalOutcome.NotFound);
        if (change.Direction is { } direction && direction != calendar.Direction)
        {
            if (calendar.Provider != "google")
                return (null, ExternalOutcome.NotGoogle);
            if (await AccountAsync(userId, calendar.AccountId, direction, cancellationToken) is var account && account != ExternalOutcome.Done)
                return (null, account);
            (calendar.Direction, calendar.SyncToken, calendar.NextRunAt) = (direction, null, time.GetUtcNow());
        }

        if (change.Credentials is { } given)
        {
            if (!DavAccounts.Serves(calendar.Provider))
                return (null, ExternalOutcome.NotDav);
            await RenewAsync(calendar, given, cancellationToken);
        }

        calendar.IntervalMinutes = change.IntervalMinutes ?? calendar.IntervalMinutes;
        calendar.Enabled = change.Enabled ?? calendar.Enabled;
        (calendar.Name, calendar.Color) = (change.Name ?? calendar.Name, change.Color ?? calendar.Color);
        await database.SaveChangesAsync(cancellationToken);
        return (await FindAsync(userId, id, cancellationToken), ExternalOutcome.Done);
    }

    /// <summary>The same name: a new password for all calendars of the account. Another one: another account, for this calendar.</summary>
    async Task RenewAsync(ExternalCalendar calendar, DavCredentials given, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var before = calendar.DavAccountId!.Value;
        calendar.DavAccountId = await dav.KeepAsync(calendar.UserId, addresses.Open(calendar), given, cancellationToken);
        (calendar.NextRunAt, calendar.Failures) = (time.GetUtcNow(), 0);
        await database.SaveChangesAsync(cancellationToken);
        await dav.ForgetAsync(before, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        worker.Wake();
    }

    async Task<ExternalOutcome> AccountAsync(string userId, Guid? accountId, string direction, CancellationToken cancellationToken)
    {
        var account = await database.Set<GoogleAccount>().AsNoTracking().FirstOrDefaultAsync(one => one.Id == accountId && one.UserId == userId, cancellationToken);
        return account is null ? ExternalOutcome.AccountNotFound : direction != MirrorDirection.Import && !GoogleAccounts.MayWrite(account) ? ExternalOutcome.MayNotWrite : ExternalOutcome.Done;
    }

    /// <summary>Events that were imported stay, and so do those at Google that were exported; they are the person's own by now.</summary>
    public async Task<bool> RemoveAsync(string userId, Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var account = await database.Set<ExternalCalendar>().Where(one => one.Id == id && one.UserId == userId).Select(one => one.DavAccountId).FirstOrDefaultAsync(cancellationToken);
        var isGone = await database.Set<ExternalCalendar>().Where(one => one.Id == id && one.UserId == userId).ExecuteDeleteAsync(cancellationToken) > 0;
        if (account is { } last)
            await dav.ForgetAsync(last, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return isGone;
    }

    /// <summary>Whether it waits for a new password.</summary>
    public Task<bool> IsRefusedAsync(string userId, Guid id, CancellationToken cancellationToken) =>
        database.Set<ExternalCalendar>().AnyAsync(one => one.Id == id && one.UserId == userId && one.DavAccount!.State == DavAccount.ReauthRequired, cancellationToken);

    public Task<List<ExternalRun>> RunsAsync(string userId, Guid id, CancellationToken cancellationToken) => database.Set<ExternalRun>().AsNoTracking()
        .Where(run => run.ExternalId == id && database.Set<ExternalCalendar>().Any(one => one.Id == id && one.UserId == userId)).OrderByDescending(run => run.StartedAt).Take(50).ToListAsync(cancellationToken);

    /// <summary>Makes the chosen ones due; ids of the runs that will be.</summary>
    public async Task<IReadOnlyList<Guid>> RunNowAsync(string userId, Expression<Func<ExternalCalendar, bool>> which, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var runs = new List<Guid>();
        foreach (var calendar in await database.Set<ExternalCalendar>().Where(one => one.UserId == userId && one.Enabled && (one.DavAccount == null || one.DavAccount.State == DavAccount.Connected)).Where(which).ToListAsync(cancellationToken))
        {
            var unfinished = await database.Set<ExternalRun>().Where(run => run.ExternalId == calendar.Id && run.FinishedAt == null).OrderBy(run => run.StartedAt).ThenBy(run => run.Id).Select(run => (Guid?)run.Id).ToListAsync(cancellationToken);
            // The oldest is under way while the lease lasts, and has perhaps read already what is to be seen.
            var waiting = unfinished.Skip(calendar.LeaseUntil >= now ? 1 : 0).FirstOrDefault();
            if (waiting is null)
                database.Add(new ExternalRun { Id = (waiting = ids.NewGuid()).Value, ExternalId = calendar.Id, StartedAt = now });
            calendar.NextRunAt = now;
            runs.Add(waiting.Value);
        }

        await database.SaveChangesAsync(cancellationToken);
        worker.Wake();
        return runs;
    }
}
