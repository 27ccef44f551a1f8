using Mana.Kernel.Privacy;
using Mana.Sync.Contracts;

namespace Mana.Apps.Todo;

/// <summary>What the server holds for the todo app (compute.md 7). Tasks are the sync module's: they are counted here and erased there.</summary>
internal sealed class TodoUserData(ISyncRecords records, IEnumerable<IPersonalData> everything)
{
    /// <summary>What this module keeps beside the records; the reminders' own implementation carries that name.</summary>
    const string ServerOwned = "reminders";

    public async Task<TodoCountsBody> CountAsync(string userId, CancellationToken cancellationToken) => new(userId, new TodoCountsBody.Of(
        await LivingAsync(userId, "tasks", cancellationToken), await LivingAsync(userId, "projects", cancellationToken), await LivingAsync(userId, "reminders", cancellationToken)));

    /// <summary>May be repeated: the second time finds nothing.</summary>
    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        foreach (var part in everything.Where(part => part.Module == ServerOwned))
            await part.EraseAsync(userId, cancellationToken);
    }

    async Task<long> LivingAsync(string userId, string table, CancellationToken cancellationToken)
    {
        var count = 0L;
        await foreach (var record in records.QueryAsync(RecordOwner.OfUser(userId), "todo", table, cancellationToken))
            count += record.IsDeleted ? 0 : 1;
        return count;
    }
}
