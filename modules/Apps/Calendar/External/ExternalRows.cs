using Mana.Apps.Calendar.CalDav;

namespace Mana.Apps.Calendar.External;

/// <summary>A calendar outside that somebody mirrors into one of their own. Addresses are sealed: they often are secrets.</summary>
internal sealed class ExternalCalendar
{
    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    /// <summary><c>google</c>, <c>ical_url</c>, <c>caldav</c> or <c>apple</c>.</summary>
    public required string Provider { get; init; }

    public Guid? AccountId { get; init; }

    /// <summary>Whose name and password a CalDAV server is asked with.</summary>
    public Guid? DavAccountId { get; set; }

    public DavAccount? DavAccount { get; init; }

    /// <summary>Google's id of the calendar.</summary>
    public string? RemoteId { get; init; }

    /// <summary>Address of a file or of a calendar at a CalDAV server, sealed with the row's id.</summary>
    public byte[]? Url { get; init; }

    /// <summary>The calendar that events go to, and the space it lies in.</summary>
    public required string CalendarId { get; init; }

    /// <summary><c>import</c>; of Google also <c>export</c> and <c>both</c>.</summary>
    public string Direction { get; set; } = MirrorDirection.Import;

    /// <summary>Newest position of our records that a run has dealt with, and that somebody told of since: what lies between is to be exported.</summary>
    public long MirroredPosition { get; set; }

    public long HeardPosition { get; set; }

    public string? Name { get; set; }

    public string? Color { get; set; }

    public required int IntervalMinutes { get; set; }

    public required bool Enabled { get; set; }

    public string? SyncToken { get; set; }

    /// <summary>Of a file; of a CalDAV calendar without sync tokens its ctag.</summary>
    public string? ETag { get; set; }

    public string? LastModified { get; set; }

    public required DateTimeOffset NextRunAt { get; set; }

    /// <summary>Somebody works on it until then, unless they died.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    public int Failures { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal static class MirrorDirection
{
    public const string Import = "import";
    public const string Export = "export";
    public const string Both = "both";
}

/// <summary>One synchronisation.</summary>
internal sealed class ExternalRun
{
    public required Guid Id { get; init; }

    public required Guid ExternalId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    public int Created { get; set; }

    public int Updated { get; set; }

    public int Deleted { get; set; }

    /// <summary>A code; never what the other side wrote.</summary>
    public string? Error { get; set; }
}
