using System.Text;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Data;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Mana.Apps.Calendar.CalDav;

/// <summary>
/// Imports a calendar from a CalDAV server (compute.md 9.5): a window at first, then what changed since. Versions tell which objects to fetch, so a run that was cut short goes on
/// where it was, and what the server says of an object is known once its events are written.
/// </summary>
internal sealed class DavSource(DavClient client, DavAccounts accounts, CalendarAddresses addresses, AppsDbContext database, TimeProvider time)
{
    /// <summary>In one run; the next ten seconds later.</summary>
    const int MostObjects = 500;
    static readonly TimeSpan Past = TimeSpan.FromDays(30);
    static readonly TimeSpan Future = TimeSpan.FromDays(365);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public async Task<SourceResult> ReadAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        // Well within the lease.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await ReadWithinAsync(calendar, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return SourceResult.Failed("UPSTREAM_UNAVAILABLE");
        }
    }

    async Task<SourceResult> ReadWithinAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        if (await accounts.LoginAsync(calendar, cancellationToken) is not { } login)
            return SourceResult.Failed(DavAccount.ReauthRequired);
        var remote = new DavCollection(client, login, addresses.Open(calendar), cancellationToken);
        var now = time.GetUtcNow();
        var listing = await remote.ListAsync(calendar.SyncToken, calendar.ETag, Instant.FromDateTimeOffset(now - Past), Instant.FromDateTimeOffset(now + Future));
        if (listing.Failure != DavFailure.None)
            return await FailedAsync(calendar, listing.Failure, listing.RetryAfter, cancellationToken);
        var known = new KnownObjects(calendar.Id, await database.Set<DavObject>().Where(one => one.ExternalId == calendar.Id).ToListAsync(cancellationToken));
        var changed = listing.Entries.Where(known.IsNew).ToList();
        var (texts, failed) = await remote.TextsAsync(changed.Take(MostObjects).ToList());
        if (failed is null && listing.IsWhole)
        {
            var absent = known.NotAmong(listing.Entries);
            (var gone, failed) = await remote.MissingAsync(absent);
            foreach (var key in absent)
                known.Forget(key, gone.Contains(key));
        }

        if (failed is not null)
            return await FailedAsync(calendar, failed.Failure, failed.RetryAfter, cancellationToken);
        foreach (var key in listing.Gone)
            known.Forget(key, isGone: true);
        var events = new List<IcsEvent>();
        foreach (var text in texts)
            events.AddRange(Read(known, text));
        var goesOn = changed.Count > MostObjects;
        return new SourceResult(null, events, known.DeletedUids(events))
        {
            GoesOn = goesOn,
            WhenWritten = () =>
            {
                known.Store(database);
                if (!goesOn)
                    (calendar.SyncToken, calendar.ETag) = (listing.SyncToken, listing.CTag);
            },
        };
    }

    /// <summary>An object that cannot be read, or not to its end, leaves what was read of it before, and is not fetched again until it changes.</summary>
    static List<IcsEvent> Read(KnownObjects known, DavText text)
    {
        if (text.IsGone)
        {
            known.Forget(text.Entry.Key, isGone: true);
            return [];
        }

        var reading = new IcsReading();
        if (text.Text is null || !reading.Feed(Encoding.UTF8.GetBytes(text.Text)) || reading.Complete() != IcsProblem.None || !reading.IsWhole || (reading.Events.Count == 0 && reading.Skipped.Exists(skip => skip.Line > 0)))
        {
            known.Keep(text.Entry);
            return [];
        }

        known.Replace(text.Entry, reading.Events.Count == 0 ? null : reading.Events[0].Uid, isWhole: !reading.Skipped.Exists(skip => skip.Line > 0));
        return reading.Events;
    }

    async Task<SourceResult> FailedAsync(ExternalCalendar calendar, DavFailure failure, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        if (failure == DavFailure.Unauthorized)
            await accounts.RefusedAsync(calendar, cancellationToken);
        return failure switch
        {
            DavFailure.Unauthorized => SourceResult.Failed(DavAccount.ReauthRequired),
            DavFailure.RateLimited => SourceResult.Failed("RATE_LIMITED", retryAfter ?? TimeSpan.FromMinutes(1)),
            DavFailure.NotFound => SourceResult.Failed("NOT_FOUND"),
            DavFailure.Forbidden => SourceResult.Failed("FORBIDDEN"),
            DavFailure.NotAllowed => SourceResult.Failed("URL_NOT_ALLOWED"),
            DavFailure.OtherHost => SourceResult.Failed("OTHER_HOST"),
            DavFailure.NotDav => SourceResult.Failed("NOT_CALDAV"),
            DavFailure.TooLarge => SourceResult.Failed("FILE_TOO_LARGE"),
            _ => SourceResult.Failed("UPSTREAM_UNAVAILABLE", retryAfter),
        };
    }
}
