namespace Mana.Apps.Reminders.Data;

/// <summary>
/// When somebody wants to be told about a record (compute.md 8.3). What it holds of the record is what scheduling needs: where it lies, and the anchor.
/// </summary>
internal sealed class ReminderRule
{
    /// <summary>That of the synchronised reminder when it is a free UUID, else derived from where it came from.</summary>
    public Guid Id { get; set; }

    /// <summary>Who is told.</summary>
    public required string UserId { get; set; }

    /// <summary>Whose the record is: null: the user's own, else a space.</summary>
    public string? SpaceId { get; set; }

    public required string AppId { get; set; }

    public required string Collection { get; set; }

    public required string SourceId { get; set; }

    /// <summary>The time block that carries the time of an event.</summary>
    public string? BlockId { get; set; }

    /// <summary>Where in the synchronised data it came from, e.g. <c>todo/reminders/r1</c>; null when made by the API. Unique per owner.</summary>
    public string? OriginKey { get; set; }

    public required string Anchor { get; set; }

    public int? MinutesBefore { get; set; }

    public int? DaysBefore { get; set; }

    public TimeOnly? AtLocalTime { get; set; }

    public DateTimeOffset? AtUtc { get; set; }

    public required string[] Channels { get; set; }

    public string? Tzid { get; set; }

    public string? TitleHint { get; set; }

    /// <summary>Opaque; passed to the service worker, which can decrypt it.</summary>
    public string? TitleHintEnc { get; set; }

    public string? BodyHint { get; set; }

    public string? Url { get; set; }

    public bool Critical { get; set; }

    /// <summary>The <c>status</c> of the synchronised reminder when we last read or wrote it: a step to <c>sent</c> by a client means it was shown.</summary>
    public string? ClientStatus { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>One firing of a rule.</summary>
internal sealed class ReminderInstance
{
    public Guid Id { get; set; }

    public Guid RuleId { get; set; }

    /// <summary>Empty when the anchor is single, else the civil time of the occurrence.</summary>
    public required string OccurrenceKey { get; set; }

    public DateTimeOffset AnchorAt { get; set; }

    /// <summary>What rule and anchor say; compared to find out whether something moved.</summary>
    public DateTimeOffset ScheduledAt { get; set; }

    /// <summary>When it is claimed: as scheduled, or as snoozed.</summary>
    public DateTimeOffset FireAt { get; set; }

    /// <summary><c>pending</c>, <c>snoozed</c>, <c>claimed</c>, <c>done</c>, <c>cancelled</c> (the record asks for it no more), <c>missed</c>, <c>dismissed</c> (the person does).</summary>
    public required string State { get; set; }

    /// <summary>Counts snoozes and new dates: each firing has keys of its own, each attempt of one has the same.</summary>
    public int Firing { get; set; }

    /// <summary><c>sent</c> or <c>failed</c>, once done.</summary>
    public string? Outcome { get; set; }

    /// <summary>The browser has shown it already; other channels are not concerned.</summary>
    public bool PushSuppressed { get; set; }

    /// <summary>The outcome must still go into the synchronised record.</summary>
    public bool WriteBack { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>One message to one target: the outbox of reminders.</summary>
internal sealed class ReminderDelivery
{
    public Guid Id { get; set; }

    /// <summary>Null for the summary of what was missed.</summary>
    public Guid? InstanceId { get; set; }

    public int Firing { get; set; }

    public required string UserId { get; set; }

    public required string AppId { get; set; }

    public required string Channel { get; set; }

    public Guid? TargetId { get; set; }

    /// <summary>Of all attempts; unique.</summary>
    public required string IdempotencyKey { get; set; }

    /// <summary><c>pending</c>, <c>leased</c>, <c>sent</c>, <c>dead</c>, <c>suppressed</c>.</summary>
    public required string State { get; set; }

    public int Attempt { get; set; }

    /// <summary>When it is due, or while leased: when the lease ends.</summary>
    public DateTimeOffset NextAttemptAt { get; set; }

    public DateTimeOffset FirstAttemptAt { get; set; }

    public Guid? LeaseOwner { get; set; }

    /// <summary>What is sent. Goes when it is sent or given up; the inbox keeps it for its 30 days.</summary>
    public string? Payload { get; set; }

    public DateTimeOffset AnchorAt { get; set; }

    public bool Critical { get; set; }

    public bool Overdue { get; set; }

    public string? LastError { get; set; }

    public string? ProviderMessageId { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>How far each synchronised table was taken over at the first start.</summary>
internal sealed class ReminderFeed
{
    public required string Table { get; set; }

    public string? Bookmark { get; set; }

    public bool Done { get; set; }
}

/// <summary>How somebody wants to be told (compute.md 4.2).</summary>
internal sealed class ReminderPreferences
{
    public required string UserId { get; set; }

    public bool EmailEnabled { get; set; }

    public bool PushEnabled { get; set; }

    public bool WebhookEnabled { get; set; }

    public bool QuietHoursEnabled { get; set; }

    public TimeOnly? QuietHoursStart { get; set; }

    public TimeOnly? QuietHoursEnd { get; set; }

    public required string Timezone { get; set; }

    public required string Locale { get; set; }

    public TimeOnly DefaultAllDayTime { get; set; }

    /// <summary>By app id; an app that is false there is not told about.</summary>
    public required string CategoryPreferences { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}
