using System.Text;
using System.Text.Json;
using Mana.Apps.Calendar.Google;
using Mana.Apps.Calendar.Ics;
using Mana.Auth.Contracts;
using NodaTime;

namespace Mana.Apps.Calendar.External;

/// <summary>What a source gave: events to write, or why not.</summary>
/// <param name="Error">A code; null: all is well.</param>
/// <param name="RetryAfter">When the source asked for a pause.</param>
internal sealed record SourceResult(
    string? Error, IReadOnlyList<IcsEvent> Events, IReadOnlyList<string> DeletedUids, Instant? CompleteFrom = null, TimeSpan? RetryAfter = null, bool Stop = false, bool KeepExDates = false)
{
    public static SourceResult Failed(string error, TimeSpan? retryAfter = null, bool stop = false) => new(error, [], [], RetryAfter: retryAfter, Stop: stop);
}

/// <summary>Google Calendar (compute.md 9.5): a window at first, then what changed since; an outdated token starts again.</summary>
internal sealed class GoogleSource(GoogleClient google, GoogleAccounts accounts, TimeProvider time)
{
    const int MostPages = 200;
    static readonly TimeSpan Past = TimeSpan.FromDays(30);
    static readonly TimeSpan Future = TimeSpan.FromDays(365);

    /// <summary>Sets the calendar's new sync token; the caller stores it with the outcome.</summary>
    public async Task<SourceResult> ReadAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        if (calendar.SyncToken is { } token)
        {
            var changes = await ReadAsync(calendar, "syncToken=" + Uri.EscapeDataString(token), null, cancellationToken);
            if (changes.Error != nameof(GoogleFailure.Gone))
                return changes;
            calendar.SyncToken = null;
        }

        var from = time.GetUtcNow() - Past;
        return await ReadAsync(calendar, $"timeMin={GoogleEvent.Rfc3339(from)}&timeMax={GoogleEvent.Rfc3339(time.GetUtcNow() + Future)}", Instant.FromDateTimeOffset(from), cancellationToken);
    }

    async Task<SourceResult> ReadAsync(ExternalCalendar calendar, string query, Instant? completeFrom, CancellationToken cancellationToken)
    {
        var (events, deleted, renewed) = (new List<IcsEvent>(), new List<string>(), false);
        string? page = null;
        for (var i = 0; i < MostPages; i++)
        {
            var (token, failure) = await accounts.TokenAsync(calendar.AccountId!.Value, renew: false, cancellationToken);
            if (token is null)
                return Failed(failure, null);
            var answer = await google.EventsAsync(token, calendar.RemoteId!, query, page, cancellationToken);
            if (answer.Failure == GoogleFailure.Unauthorized && !renewed)
            {
                renewed = true;
                (token, failure) = await accounts.TokenAsync(calendar.AccountId.Value, renew: true, cancellationToken);
                if (token is null)
                    return Failed(failure, null);
                answer = await google.EventsAsync(token, calendar.RemoteId!, query, page, cancellationToken);
            }

            if (answer.Failure != GoogleFailure.None)
                return Failed(answer.Failure, answer.RetryAfter);
            Take(answer.Body, events, deleted);
            if ((page = GoogleEvent.Text(answer.Body, "nextPageToken")) is not null)
                continue;
            calendar.SyncToken = GoogleEvent.Text(answer.Body, "nextSyncToken") ?? calendar.SyncToken;
            return new SourceResult(null, events, deleted, completeFrom, KeepExDates: true);
        }

        return SourceResult.Failed("TOO_MANY_PAGES");
    }

    static void Take(JsonElement body, List<IcsEvent> events, List<string> deleted)
    {
        if (!body.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
            return;
        foreach (var item in items.EnumerateArray())
            if (GoogleEvent.IsCancelled(item) && !GoogleEvent.IsInstance(item))
                deleted.Add(GoogleEvent.SeriesOf(item));
            else if (GoogleEvent.Read(item) is { } read)
                events.Add(read);
    }

    static SourceResult Failed(GoogleFailure failure, TimeSpan? retryAfter) => failure switch
    {
        GoogleFailure.ReauthRequired => SourceResult.Failed("reauth_required", stop: true),
        GoogleFailure.RateLimited => SourceResult.Failed("RATE_LIMITED", retryAfter ?? TimeSpan.FromMinutes(1)),
        GoogleFailure.NotFound => SourceResult.Failed("NOT_FOUND"),
        GoogleFailure.Gone => SourceResult.Failed(nameof(GoogleFailure.Gone)),
        _ => SourceResult.Failed("UPSTREAM_UNAVAILABLE", retryAfter),
    };
}

/// <summary>A calendar file on the web.</summary>
internal sealed class IcalSource(SafeFetcher fetcher, ISealedSecrets secrets)
{
    const string Purpose = "apps calendar address";

    public byte[] Seal(Guid id, string url) => secrets.Seal(Purpose, id.ToString("N"), Encoding.UTF8.GetBytes(url));

    public async Task<SourceResult> ReadAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        var address = new Uri(Encoding.UTF8.GetString(secrets.Open(Purpose, calendar.Id.ToString("N"), calendar.Url!)));
        var file = await fetcher.GetAsync(address, calendar.ETag, calendar.LastModified, cancellationToken);
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
