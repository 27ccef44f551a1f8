using Mana.Analytics.Items;
using Mana.Credits.Contracts;
using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Npgsql;

namespace Mana.Analytics.Rewards;

/// <summary>Five credits for an idea, and back again when it is withdrawn within a day (W-69). The entry in the log of grants says how far it has come.</summary>
internal sealed class SubmissionRewards(NpgsqlDataSource database, FeedbackBoard board, Grants grants, ICreditsIssuance issuance)
    : IManaEventHandler<RewardDue>, IManaEventHandler<Withdrawn>
{
    public const int Reward = 5;
    const string Log = "SELECT user_id, state FROM feedback.grant_log WHERE feedback_id = $1 AND reason = $2";

    public async Task HandleAsync(RewardDue happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(happened.FeedbackId, cancellationToken) is not { State: not "refused" } due)
            return;
        if (await board.FindAsync(happened.FeedbackId, cancellationToken) is null)
            // Deleted before it was paid.
            await SettleAsync(happened.FeedbackId, cancellationToken);
        else
            await grants.GiveAsync(due.UserId, Reward, GrantReasons.Submit, happened.FeedbackId.ToString(), "Reward: " + GrantReasons.Submit, happened.FeedbackId, cancellationToken);
    }

    public async Task HandleAsync(Withdrawn happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(happened.FeedbackId, cancellationToken) is not { } given || given.State == "refused")
            return;
        if (given.State == "pending")
            throw new InvalidOperationException("The reward itself is not settled yet; the event comes again.");
        var taken = await issuance.ClawBackAsync(
            new ClawbackCommand(given.UserId, CreditAmount.OfCredits(Reward), $"feedback:{happened.FeedbackId}:submit:reversal", "Feedback withdrawn"), cancellationToken);
        if (taken is PostingResult.Contention or PostingResult.Frozen)
            throw new InvalidOperationException("The account cannot be booked on now; the event comes again.");
    }

    Task<Entry?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        database.Sql(Log, id, GrantReasons.Submit).RowAsync(row => new Entry(row.GetString(0), row.GetString(1)), cancellationToken);

    Task SettleAsync(Guid id, CancellationToken cancellationToken) =>
        database.Sql("UPDATE feedback.grant_log SET state = 'refused' WHERE feedback_id = $1 AND reason = $2 AND state = 'pending'", id, GrantReasons.Submit).RunAsync(cancellationToken);

    sealed record Entry(string UserId, string State);
}
