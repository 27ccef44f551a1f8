using Mana.Analytics.Inbox;
using Mana.Analytics.Items;
using Mana.Analytics.Pseudonyms;
using Mana.Kernel.Outbox;

namespace Mana.Analytics.Rewards;

/// <summary>
/// What follows when an administrator moves an item on (commerce.md 10.8): rewards first, then the notifications, which say what was in fact given
/// (W-61). Everything here may happen twice and counts once.
/// </summary>
internal sealed class StatusConsequences(
    SupporterRewards supporters, FeedbackBoard board, Profiles profiles, InboxStore notifications, Grants grants, FeedbackOptions options)
    : IManaEventHandler<StatusChanged>, IManaEventHandler<Answered>
{
    const int ShipBonus = 500;
    const int LongestAnswer = 200;

    public async Task HandleAsync(StatusChanged happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await board.FindAsync(happened.FeedbackId, cancellationToken) is not { } item)
            return;
        // Of an erased author only the item is left: nobody to reward or to tell.
        var hasAuthor = await profiles.GetAsync(item.UserId, cancellationToken) is not null;
        var awarded = 0;
        if (happened.Status == FeedbackWords.Completed)
        {
            if (hasAuthor && !options.Founders.Contains(item.UserId)
                && await grants.GiveAsync(item.UserId, ShipBonus, GrantReasons.Shipped, $"{item.Id}_shipped", $"Umgesetzt: {item.Called}", item.Id, cancellationToken))
                awarded = ShipBonus;
            await supporters.AnnounceAsync(item, cancellationToken);
        }

        if (hasAuthor)
            await notifications.StatusAsync(item, happened.Status, awarded, context, cancellationToken);
    }

    public async Task HandleAsync(Answered happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await board.FindAsync(happened.FeedbackId, cancellationToken) is { } item && await profiles.GetAsync(item.UserId, cancellationToken) is not null)
            await notifications.AnsweredAsync(item, Grants.Cut(happened.Response, LongestAnswer), context, cancellationToken);
    }
}
