using Mana.Apps.Calendar.CalDav;
using Mana.Apps.Calendar.Google.Mirror;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Data;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Apps.Calendar.External;

/// <summary>
/// Runs what is due (compute.md 9.5): claimed with SKIP LOCKED and a lease, one calendar of an account at a time, on any number of hosts. A host that dies leaves a lease that
/// ends. Writing twice changes nothing, so a run may be repeated.
/// </summary>
internal sealed class ExternalSync(
    AppsDbContext database, CalendarAccess calendars, CalendarRecords records, GoogleSource google, GoogleMirror mirror, IcalSource files, DavSource dav, CalendarMetrics metrics, IIdSource ids, TimeProvider time,
    ILogger<ExternalSync> log)
{
    const int KeptRuns = 50;
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    static readonly TimeSpan LongestPause = TimeSpan.FromHours(12);

    const string Due = """
        UPDATE apps.external_calendars SET lease_until = {0} WHERE id = (
          SELECT due.id FROM apps.external_calendars due
          WHERE due.enabled AND due.next_run_at <= {1} AND (due.lease_until IS NULL OR due.lease_until < {1})
            AND NOT EXISTS (SELECT FROM apps.external_calendars busy WHERE (busy.account_id = due.account_id OR busy.dav_account_id = due.dav_account_id) AND busy.lease_until >= {1})
            AND NOT EXISTS (SELECT FROM apps.caldav_accounts ended WHERE ended.id = due.dav_account_id AND ended.state <> {2})
          ORDER BY due.next_run_at LIMIT 1 FOR UPDATE
        """;

    const string ClaimFree = Due + " SKIP LOCKED) RETURNING *";
    const string ClaimAny = Due + ") RETURNING *";

    /// <summary>How many calendars were synchronised.</summary>
    public async Task<int> RunDueAsync(CancellationToken cancellationToken)
    {
        var done = 0;
        // What another transaction has its hand on at the moment is left for last, and then waited for: nobody would wake this host for it.
        while ((await ClaimAsync(ClaimFree, cancellationToken) ?? await ClaimAsync(ClaimAny, cancellationToken)) is { } calendar)
        {
            await RunAsync(calendar, cancellationToken);
            done++;
        }

        return done;
    }

    async Task<ExternalCalendar?> ClaimAsync(string sql, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        database.ChangeTracker.Clear();
        var claimed = await database.Set<ExternalCalendar>().FromSqlRaw(sql, now + Lease, now, DavAccount.Connected).ToListAsync(cancellationToken);
        return claimed.FirstOrDefault();
    }

    async Task RunAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        var run = await database.Set<ExternalRun>().Where(one => one.ExternalId == calendar.Id && one.FinishedAt == null).OrderBy(one => one.StartedAt).FirstOrDefaultAsync(cancellationToken);
        if (run is null)
        {
            database.Add(run = new ExternalRun { Id = ids.NewGuid(), ExternalId = calendar.Id, StartedAt = time.GetUtcNow() });
            // Whoever asks for a run from now on can see that this one is under way.
            if (!await StoreAsync(calendar.Id, cancellationToken))
                return;
        }

        var result = await TryAsync(calendar, run, cancellationToken);
        var now = time.GetUtcNow();
        (run.FinishedAt, run.Error) = (now, result.Error);
        calendar.Failures = result.Error is null ? 0 : calendar.Failures + 1;
        calendar.Enabled &= !result.Stop;
        calendar.NextRunAt = now + PauseOf(calendar, result);
        calendar.LeaseUntil = null;
        metrics.Run(calendar.Provider, result.Error ?? "ok");
        if (!await StoreAsync(calendar.Id, cancellationToken))
            return;
        // Who asked for a run while this one was under way waits for one that sees what happened since.
        await database.Set<ExternalCalendar>().Where(one => one.Id == calendar.Id && database.Set<ExternalRun>().Any(waiting => waiting.ExternalId == one.Id && waiting.FinishedAt == null))
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.NextRunAt, now), cancellationToken);
        // What was told of while this ran.
        var soon = now + MirrorFeedHandler.Soon;
        await database.Set<ExternalCalendar>().Where(one => one.Id == calendar.Id && one.Direction != MirrorDirection.Import && one.Failures == 0 && one.HeardPosition > one.MirroredPosition && one.NextRunAt > soon)
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.NextRunAt, soon), cancellationToken);
        await database.Set<ExternalRun>().Where(one => one.ExternalId == calendar.Id && one.FinishedAt != null)
            .OrderByDescending(one => one.StartedAt).Skip(KeptRuns).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>False when the person has removed the calendar meanwhile: then there is nothing to store, and nothing wrong.</summary>
    async Task<bool> StoreAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException)
        {
            if (await database.Set<ExternalCalendar>().AsNoTracking().AnyAsync(one => one.Id == id, cancellationToken))
                throw;
            return false;
        }
    }

    /// <summary>Whatever a source sends, the run ends as a failure with its pause, and the other calendars have their turn.</summary>
    async Task<SourceResult> TryAsync(ExternalCalendar calendar, ExternalRun run, CancellationToken cancellationToken)
    {
        var token = calendar.SyncToken;
        try
        {
            return await ReadAndWriteAsync(calendar, run, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("A calendar outside could not be synchronised ({Kind})", exception.GetType().Name);
            // What was perhaps not written must be asked for again.
            (calendar.SyncToken, calendar.ETag, calendar.LastModified) = (token, null, null);
            return SourceResult.Failed("INTERNAL");
        }
    }

    async Task<SourceResult> ReadAndWriteAsync(ExternalCalendar calendar, ExternalRun run, CancellationToken cancellationToken)
    {
        if (await calendars.FindAsync(calendar.UserId, calendar.CalendarId, cancellationToken) is not { MayWrite: true } target)
            return SourceResult.Failed("CALENDAR_GONE", stop: true);
        if (calendar.Direction != MirrorDirection.Import)
            return await mirror.RunAsync(calendar, target, run, () => ProlongAsync(calendar.Id, cancellationToken), cancellationToken);
        var token = calendar.SyncToken;
        var result = await (calendar.Provider switch
        {
            "google" => google.ReadAsync(calendar, cancellationToken),
            "ical_url" => files.ReadAsync(calendar, cancellationToken),
            _ => dav.ReadAsync(calendar, cancellationToken),
        });
        if (result.Error is not null || (result.Events.Count == 0 && result.DeletedUids.Count == 0 && result.CompleteFrom is null))
        {
            result.WhenWritten?.Invoke();
            return result;
        }

        var written = await records.WriteAsync(
            new EventBatch(calendar.UserId, calendar.CalendarId, target.SpaceId, $"external|{calendar.Id:N}", calendar.Provider + "-import", result.Events, result.DeletedUids, result.CompleteFrom, result.KeepExDates),
            cancellationToken);
        (run.Created, run.Updated, run.Deleted) = (written.Created, written.Updated, written.Deleted);
        if (written.Refused is null)
        {
            result.WhenWritten?.Invoke();
            return result;
        }

        // What was not written must be asked for again.
        (calendar.SyncToken, calendar.ETag, calendar.LastModified) = (token, null, null);
        return SourceResult.Failed("REFUSED");
    }

    Task ProlongAsync(Guid id, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + Lease;
        return database.Set<ExternalCalendar>().Where(one => one.Id == id).ExecuteUpdateAsync(set => set.SetProperty(one => one.LeaseUntil, until), cancellationToken);
    }

    /// <summary>Every other failure doubles the pause; up to a tenth more, so that not everything comes at once.</summary>
    TimeSpan PauseOf(ExternalCalendar calendar, SourceResult result)
    {
        if (result is { Error: null, GoesOn: true })
            return MirrorFeedHandler.Soon;
        var interval = TimeSpan.FromMinutes(calendar.IntervalMinutes);
        var pause = result.Error is null ? interval : TimeSpan.FromTicks(Math.Min(interval.Ticks << Math.Min(calendar.Failures - 1, 8), LongestPause.Ticks));
        Span<byte> chance = stackalloc byte[1];
        ids.Fill(chance);
        return (result.RetryAfter is { } asked && asked > pause ? asked : pause) + (interval * (chance[0] / 2560.0));
    }
}
