using Mana.Kernel.Outbox;

namespace Mana.Credits.SyncBilling;

/// <summary>Credits came in for somebody whose sync is paused; written by <c>credits.post</c>.</summary>
internal sealed record PausedSyncFunded(string UserId) : IManaEvent
{
    public static string Name => "credits.paused_sync_funded";
}

/// <summary>Somebody must be told about their sync.</summary>
/// <param name="Kind"><c>grace</c>, <c>paused</c> or <c>resumed</c>.</param>
internal sealed record SyncNotice(string UserId, string Kind, DateTimeOffset At, DateTimeOffset? Until) : IManaEvent
{
    public static string Name => "credits.sync_notice";
}
