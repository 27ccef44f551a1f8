using System.Text.Json;
using Mana.Kernel.Database;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Npgsql;

namespace Mana.Analytics.Rewards;

/// <summary>A submission earns its author something.</summary>
internal sealed record RewardDue(Guid FeedbackId) : IManaEvent
{
    public static string Name => "feedback.reward_due";
}

/// <summary>A submission was deleted soon after it was rewarded.</summary>
internal sealed record Withdrawn(Guid FeedbackId) : IManaEvent
{
    public static string Name => "feedback.withdrawn";
}

/// <summary>An administrator gave an item another status.</summary>
internal sealed record StatusChanged(Guid FeedbackId, string Status) : IManaEvent
{
    public static string Name => "feedback.status_changed";
}

/// <summary>Somebody supported an item that was built.</summary>
internal sealed record SupporterDue(Guid FeedbackId, string UserId) : IManaEvent
{
    public static string Name => "feedback.supporter_due";
}

/// <summary>An administrator answered.</summary>
internal sealed record Answered(Guid FeedbackId, string Response) : IManaEvent
{
    public static string Name => "feedback.answered";
}

/// <summary>Why somebody is rewarded: reasons in the ledger and in the log of grants.</summary>
internal static class GrantReasons
{
    public const string Submit = "feedback_submit";
    public const string Shipped = "feedback_shipped";
    public const string Support = "feedback_reaction_match";
}

/// <summary>Writes events in the caller's own transaction, where there is no context of EF.</summary>
internal sealed class EventOutbox(IIdSource ids, TimeProvider time)
{
    public Task AddAsync<TEvent>(NpgsqlConnection connection, TEvent happened, CancellationToken cancellationToken)
        where TEvent : IManaEvent =>
        connection.Sql("INSERT INTO feedback.outbox (id, type, payload, occurred_at, next_attempt_at) VALUES ($1, $2, $3::jsonb, $4, $4)",
            ids.NewGuid(), TEvent.Name, JsonSerializer.Serialize(happened, JsonSerializerOptions.Web), time.GetUtcNow()).RunAsync(cancellationToken);

    /// <summary>In one statement, however many.</summary>
    public Task AddAsync<TEvent>(NpgsqlConnection connection, IReadOnlyCollection<TEvent> happened, CancellationToken cancellationToken)
        where TEvent : IManaEvent =>
        connection.Sql("INSERT INTO feedback.outbox (id, type, payload, occurred_at, next_attempt_at) SELECT e.id, $1, e.payload::jsonb, $4, $4 FROM unnest($2::uuid[], $3::text[]) AS e (id, payload)",
            TEvent.Name, happened.Select(_ => ids.NewGuid()).ToArray(), happened.Select(one => JsonSerializer.Serialize(one, JsonSerializerOptions.Web)).ToArray(), time.GetUtcNow()).RunAsync(cancellationToken);
}
