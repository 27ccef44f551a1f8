using Mana.Apps.Reminders.Sources;
using Mana.Kernel.Outbox;
using Mana.Sync.Contracts;

namespace Mana.Apps.Reminders.Rules;

/// <summary>Hears of every change of the tables that reminders follow.</summary>
internal sealed class ReminderFeedHandler(Relevance relevance, RuleRefresh refresh) : IManaEventHandler<RecordChanged>
{
    public async Task HandleAsync(RecordChanged happened, EventContext context, CancellationToken cancellationToken)
    {
        if (!Tables.All.Contains((happened.AppId, happened.Table)))
            return;
        var table = new SourceKey(happened.OwnerUserId ?? "", happened.SpaceId, happened.AppId, happened.Table, "");
        foreach (var id in await relevance.OfAsync(table, happened.RecordIds, cancellationToken))
            await refresh.RefreshAsync(table with { Id = id }, happened.AuthorId, cancellationToken);
    }
}
