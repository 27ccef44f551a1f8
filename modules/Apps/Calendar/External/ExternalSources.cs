using Mana.Apps.Calendar.Google;
using Mana.Apps.Calendar.Google.Mirror;
using Mana.Apps.Calendar.Ics;
using NodaTime;

namespace Mana.Apps.Calendar.External;

/// <summary>What a source gave: events to write, or why not.</summary>
/// <param name="Error">A code; null: all is well.</param>
/// <param name="RetryAfter">When the source asked for a pause.</param>
internal sealed record SourceResult(
    string? Error, IReadOnlyList<IcsEvent> Events, IReadOnlyList<string> DeletedUids, Instant? CompleteFrom = null, TimeSpan? RetryAfter = null, bool Stop = false, bool KeepExDates = false)
{
    /// <summary>There is more to do than one run does, or something changed under its hands: it goes on soon.</summary>
    public bool GoesOn { get; init; }

    /// <summary>To be called when the events are written: what the source then knows is stored with the outcome of the run.</summary>
    public Action? WhenWritten { get; init; }

    public static SourceResult Failed(string error, TimeSpan? retryAfter = null, bool stop = false) => new(error, [], [], RetryAfter: retryAfter, Stop: stop);
}

/// <summary>Google Calendar (compute.md 9.5), mirrored into one of ours.</summary>
internal sealed class GoogleSource(GoogleFeed feed)
{
    public async Task<SourceResult> ReadAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        var read = await feed.ReadAsync(calendar, cancellationToken);
        if (read.Failed is { } failed)
            return failed;
        var (events, deleted) = (new List<IcsEvent>(), new List<string>());
        foreach (var item in read.Items)
            if (GoogleEvent.IsCancelled(item) && !GoogleEvent.IsInstance(item))
                deleted.Add(GoogleEvent.SeriesOf(item));
            else if (!RemoteId.IsOf(calendar, item) && GoogleEvent.Read(item) is { } found)
                events.Add(found);
        return new SourceResult(null, events, deleted, read.CompleteFrom, KeepExDates: true);
    }
}

/// <summary>A calendar file on the web.</summary>
internal sealed class IcalSource(SafeFetcher fetcher, CalendarAddresses addresses)
{
    public async Task<SourceResult> ReadAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        var file = await fetcher.GetAsync(addresses.Open(calendar), calendar.ETag, calendar.LastModified, cancellationToken);
        if (file.Error is not null)
            return SourceResult.Failed(file.Error);
        if (file.NotModified)
            return new SourceResult(null, [], []);
        var reading = new IcsReading();
        reading.Feed(file.Body);
        if (reading.Complete() != IcsProblem.None)
            return SourceResult.Failed("NOT_ICALENDAR");
        // Of a body that broke off, what came is written; nothing is missing from it, and it is asked for again.
        (calendar.ETag, calendar.LastModified) = reading.IsWhole ? (file.ETag, file.LastModified) : (null, null);
        return new SourceResult(null, reading.Events, [], reading.IsWhole ? Instant.MinValue : null);
    }
}
