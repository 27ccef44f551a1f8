using Mana.Apps.Reminders.Sources;
using Mana.Kernel.Outbox;
using Mana.Sync.Contracts;

namespace Mana.Apps.Reminders.Rules;

/// <summary>Hears of every change of the tables that reminders follow.</summary>
internal sealed class ReminderFeedHandler(RuleRefresh refresh) : IManaEventHandler<RecordChanged>
{
    public async Task HandleAsync(RecordChanged happened, EventContext context, CancellationToken cancellationToken)
    {
        if (!Tables.All.Contains((happened.AppId, happened.Table)))
            return;
        foreach (var id in happened.RecordIds)
            await refresh.RefreshAsync(new SourceKey(happened.OwnerUserId ?? "", happened.SpaceId, happened.AppId, happened.Table, id), happened.AuthorId, cancellationToken);
    }
}
