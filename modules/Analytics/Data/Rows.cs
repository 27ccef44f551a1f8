namespace Mana.Analytics.Data;

internal sealed class ItemRow
{
    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    public required string AppId { get; init; }

    public string? Title { get; init; }

    public required string FeedbackText { get; init; }

    public required string Category { get; init; }

    public required string Status { get; init; }

    public bool IsPublic { get; init; }

    public string? AdminResponse { get; init; }

    public required string DisplayHash { get; init; }

    public required string DisplayName { get; init; }

    public string? ModuleContext { get; init; }

    /// <summary>Always the idea itself: replies have no replies.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Counts by emoji; none of them 0.</summary>
    public required string Reactions { get; init; }

    public int Score { get; init; }

    public string? DeviceInfo { get; init; }

    /// <summary>When a title is to be looked for next; null: it is not.</summary>
    public DateTimeOffset? TitleDueAt { get; init; }

    public int TitleAttempts { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }
}

internal sealed class ReactionRow
{
    public required Guid FeedbackId { get; init; }

    public required string UserId { get; init; }

    public required string Emoji { get; init; }

    /// <summary>Counts for the reward of supporters: it was among the first of its day.</summary>
    public bool Rewarded { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class NotificationRow
{
    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    public required Guid FeedbackId { get; init; }

    public required string Kind { get; init; }

    public required string Title { get; init; }

    public string? Body { get; init; }

    /// <summary>The name of the idea at that time, for words in another language than the stored ones; null in what is older than this column.</summary>
    public string? Called { get; init; }

    /// <summary>Whole credits that were in fact given.</summary>
    public int CreditsAwarded { get; init; }

    public DateTimeOffset? ReadAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class ProfileRow
{
    public required string UserId { get; init; }

    public required string DisplayHash { get; init; }

    public required string DisplayName { get; init; }

    public int Karma { get; init; }

    public bool ShowRealName { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A reward: owed, given, or refused. Outlives the item that it was for, because the day's limit counts it.</summary>
internal sealed class GrantRow
{
    public required Guid FeedbackId { get; init; }

    public required string UserId { get; init; }

    public required string Reason { get; init; }

    /// <summary><c>pending</c>, <c>granted</c> or <c>refused</c>.</summary>
    public required string State { get; init; }

    public DateTimeOffset GrantedAt { get; init; }
}

/// <summary>One figure of one day; about nobody.</summary>
internal sealed class DailyMetricRow
{
    public DateOnly Day { get; init; }

    public required string Name { get; init; }

    /// <summary>What the figure is of (an app, a week); empty when it is of everything.</summary>
    public required string Label { get; init; }

    public long Value { get; init; }

    public DateTimeOffset ComputedAt { get; init; }
}
