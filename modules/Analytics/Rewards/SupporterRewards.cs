using Mana.Analytics.Inbox;
using Mana.Analytics.Items;
using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Npgsql;

namespace Mana.Analytics.Rewards;

/// <summary>The bonus of those who supported an idea that was built: an event each, so that an idea of thousands holds up nobody, and one account that is busy none of the others.</summary>
internal sealed class SupporterRewards(NpgsqlDataSource database, EventOutbox outbox, FeedbackBoard board, InboxStore notifications, Grants grants, FeedbackOptions options) : IManaEventHandler<SupporterDue>
{
    const int Bonus = 25;
    const string Nameless = "Eine Idee";
    const string Supports = "feedback_id = $1 AND emoji = ANY ($2) AND rewarded";

    /// <summary>All events or none.</summary>
    public async Task AnnounceAsync(FeedbackItem item, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var supporters = await connection.Sql($"SELECT DISTINCT user_id FROM feedback.reactions WHERE {Supports} AND user_id <> $3 ORDER BY 1", item.Id, FeedbackWords.Support, item.UserId)
            .RowsAsync(row => row.GetString(0), cancellationToken);
        await outbox.AddAsync(connection, [.. supporters.Where(supporter => !options.Founders.Contains(supporter)).Select(supporter => new SupporterDue(item.Id, supporter))], cancellationToken);
    }

    /// <summary>Who took the reaction back meanwhile, or was erased, gets nothing.</summary>
    public async Task HandleAsync(SupporterDue happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await board.FindAsync(happened.FeedbackId, cancellationToken) is not { } item
            || !await database.Sql($"SELECT EXISTS (SELECT FROM feedback.reactions WHERE {Supports} AND user_id = $3)", item.Id, FeedbackWords.Support, happened.UserId).ValueAsync<bool>(cancellationToken))
            return;
        // An idea that was hidden since is not told of to those who may not see it any more.
        var called = await database.Sql($"SELECT EXISTS (SELECT FROM feedback.items i WHERE i.id = $1 AND {FeedbackItem.Visible})", item.Id).ValueAsync<bool>(cancellationToken) ? item.Called : Nameless;
        if ((await grants.GiveAsync(happened.UserId, Bonus, GrantReasons.Support, $"{item.Id}_reaction_{happened.UserId}", $"Mitgetragen: {called}", item.Id, cancellationToken)).IsNews(context))
            await notifications.SupportedAsync(happened.UserId, item.Id, called, Bonus, context, cancellationToken);
    }
}
