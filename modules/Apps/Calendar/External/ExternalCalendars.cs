using System.Linq.Expressions;
using Mana.Apps.Calendar.Google;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Data;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar.External;

/// <summary>What a person wants to mirror.</summary>
internal sealed record NewExternal(string Provider, Guid? AccountId, string? RemoteId, string? Url, string TargetId, int IntervalMinutes, string? Name, string? Color, bool Enabled);

internal enum ExternalOutcome
{
    Done,
    CalendarNotFound,
    AccountNotFound,
    UrlNotAllowed,
    TooMany,
}

/// <summary>Subscriptions of a person to calendars outside.</summary>
internal sealed class ExternalCalendars(
    AppsDbContext database, CalendarAccess calendars, SafeFetcher fetcher, IcalSource files, ExternalWorker worker, CalendarOptions options, IIdSource ids, TimeProvider time)
{
    public Task<List<ExternalCalendar>> OfAsync(string userId, CancellationToken cancellationToken) =>
        database.Set<ExternalCalendar>().AsNoTracking().Where(one => one.UserId == userId).OrderBy(one => one.CreatedAt).ToListAsync(cancellationToken);

    public async Task<(ExternalCalendar? Calendar, ExternalOutcome Outcome)> AddAsync(string userId, NewExternal wish, CancellationToken cancellationToken)
    {
        if (await calendars.FindAsync(userId, wish.TargetId, cancellationToken) is not { MayWrite: true })
            return (null, ExternalOutcome.CalendarNotFound);
        if (wish.Provider == "google" && !await database.Set<GoogleAccount>().AnyAsync(account => account.Id == wish.AccountId && account.UserId == userId, cancellationToken))
            return (null, ExternalOutcome.AccountNotFound);
        if (wish.Provider == "ical_url" && !(Uri.TryCreate(wish.Url, UriKind.Absolute, out var address) && fetcher.MayFetch(address)))
            return (null, ExternalOutcome.UrlNotAllowed);
        if (await database.Set<ExternalCalendar>().CountAsync(one => one.UserId == userId, cancellationToken) >= options.MostExternal)
            return (null, ExternalOutcome.TooMany);
        var (id, now) = (ids.NewGuid(), time.GetUtcNow());
        var calendar = new ExternalCalendar
        {
            Id = id, UserId = userId, Provider = wish.Provider, AccountId = wish.AccountId, RemoteId = wish.RemoteId, Url = wish.Url is null ? null : files.Seal(id, wish.Url), CalendarId = wish.TargetId,
            Name = wish.Name, Color = wish.Color, IntervalMinutes = wish.IntervalMinutes, Enabled = wish.Enabled, NextRunAt = now, CreatedAt = now,
        };
        database.Add(calendar);
        await database.SaveChangesAsync(cancellationToken);
        worker.Wake();
        return (calendar, ExternalOutcome.Done);
    }

    /// <summary>Null: there is no such subscription of this person.</summary>
    public async Task<ExternalCalendar?> ChangeAsync(string userId, Guid id, Action<ExternalCalendar> change, CancellationToken cancellationToken)
    {
        if (await database.Set<ExternalCalendar>().FirstOrDefaultAsync(one => one.Id == id && one.UserId == userId, cancellationToken) is not { } calendar)
            return null;
        change(calendar);
        await database.SaveChangesAsync(cancellationToken);
        return calendar;
    }

    /// <summary>Events that were imported stay; they are the person's own by now.</summary>
    public async Task<bool> RemoveAsync(string userId, Guid id, CancellationToken cancellationToken) =>
        await database.Set<ExternalCalendar>().Where(one => one.Id == id && one.UserId == userId).ExecuteDeleteAsync(cancellationToken) > 0;

    public Task<List<ExternalRun>> RunsAsync(string userId, Guid id, CancellationToken cancellationToken) => database.Set<ExternalRun>().AsNoTracking()
        .Where(run => run.ExternalId == id && database.Set<ExternalCalendar>().Any(one => one.Id == id && one.UserId == userId)).OrderByDescending(run => run.StartedAt).Take(50).ToListAsync(cancellationToken);

    /// <summary>Makes the chosen ones due; ids of the runs that will be.</summary>
    public async Task<IReadOnlyList<Guid>> RunNowAsync(string userId, Expression<Func<ExternalCalendar, bool>> which, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var runs = new List<Guid>();
        foreach (var calendar in await database.Set<ExternalCalendar>().Where(one => one.UserId == userId && one.Enabled).Where(which).ToListAsync(cancellationToken))
        {
            var waiting = await database.Set<ExternalRun>().Where(run => run.ExternalId == calendar.Id && run.FinishedAt == null).Select(run => (Guid?)run.Id).FirstOrDefaultAsync(cancellationToken);
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
