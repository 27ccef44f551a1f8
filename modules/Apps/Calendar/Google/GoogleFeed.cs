using System.Text.Json;
using Mana.Apps.Calendar.External;
using NodaTime;

namespace Mana.Apps.Calendar.Google;

/// <summary>Items of a calendar at Google as they came.</summary>
/// <param name="CompleteFrom">Not null: what ends from then on to <paramref name="CompleteTo"/> and is not among them is not there.</param>
internal sealed record GoogleItems(IReadOnlyList<JsonElement> Items, Instant? CompleteFrom, Instant? CompleteTo, SourceResult? Failed = null);

/// <summary>Reads a calendar at Google (compute.md 9.5): a window at first, then what changed since; an outdated token starts again.</summary>
internal sealed class GoogleFeed(GoogleClient google, GoogleAccounts accounts, TimeProvider time)
{
    const int MostPages = 200;
    static readonly TimeSpan Past = TimeSpan.FromDays(30);
    static readonly TimeSpan Future = TimeSpan.FromDays(365);

    /// <summary>What is older is not mirrored, in either direction.</summary>
    public Instant Oldest => Instant.FromDateTimeOffset(time.GetUtcNow() - Past);

    /// <summary>Sets the calendar's new sync token; the caller stores it with the outcome.</summary>
    public async Task<GoogleItems> ReadAsync(ExternalCalendar calendar, CancellationToken cancellationToken)
    {
        if (calendar.SyncToken is { } token)
        {
            var changes = await ReadAsync(calendar, "syncToken=" + Uri.EscapeDataString(token), null, null, cancellationToken);
            if (changes.Failed?.Error != nameof(GoogleFailure.Gone))
                return changes;
            calendar.SyncToken = null;
        }

        var (from, to) = (time.GetUtcNow() - Past, time.GetUtcNow() + Future);
        return await ReadAsync(calendar, $"timeMin={GoogleEvent.Rfc3339(from)}&timeMax={GoogleEvent.Rfc3339(to)}", Instant.FromDateTimeOffset(from), Instant.FromDateTimeOffset(to), cancellationToken);
    }

    async Task<GoogleItems> ReadAsync(ExternalCalendar calendar, string query, Instant? from, Instant? to, CancellationToken cancellationToken)
    {
        var items = new List<JsonElement>();
        string? page = null;
        for (var i = 0; i < MostPages; i++)
        {
            var answer = await accounts.CallAsync(calendar.AccountId!.Value, token => google.EventsAsync(token, calendar.RemoteId!, query, page, cancellationToken), cancellationToken);
            if (answer.Failure != GoogleFailure.None)
                return Failed(ResultOf(answer));
            if (answer.Body.TryGetProperty("items", out var found) && found.ValueKind == JsonValueKind.Array)
                items.AddRange(found.EnumerateArray());
            if ((page = GoogleEvent.Text(answer.Body, "nextPageToken")) is not null)
                continue;
            calendar.SyncToken = GoogleEvent.Text(answer.Body, "nextSyncToken") ?? calendar.SyncToken;
            return new GoogleItems(items, from, to);
        }

        return Failed(SourceResult.Failed("TOO_MANY_PAGES"));
    }

    static GoogleItems Failed(SourceResult result) => new([], null, null, result);

    /// <summary>How a run ends that got such an answer.</summary>
    public static SourceResult ResultOf(GoogleAnswer answer) => answer.Failure switch
    {
        GoogleFailure.ReauthRequired => SourceResult.Failed("reauth_required", stop: true),
        GoogleFailure.RateLimited => SourceResult.Failed("RATE_LIMITED", answer.RetryAfter ?? TimeSpan.FromMinutes(1)),
        GoogleFailure.NotFound => SourceResult.Failed("NOT_FOUND"),
        GoogleFailure.Forbidden => SourceResult.Failed("FORBIDDEN"),
        GoogleFailure.Gone => SourceResult.Failed(nameof(GoogleFailure.Gone)),
        _ => SourceResult.Failed("UPSTREAM_UNAVAILABLE", answer.RetryAfter),
    };
}
