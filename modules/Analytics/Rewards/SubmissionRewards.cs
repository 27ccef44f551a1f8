using Mana.Credits.Contracts;
using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Npgsql;

namespace Mana.Analytics.Rewards;

/// <summary>Five credits for an idea, and back again when it is withdrawn within a day (W-69). The entry in the log of grants says how far it has come.</summary>
internal sealed class SubmissionRewards(NpgsqlDataSource database, Grants grants, ICreditsIssuance issuance)
    : IManaEventHandler<RewardDue>, IManaEventHandler<Withdrawn>
{
    public const int Reward = 5;
    const string Log = "SELECT user_id, state FROM feedback.grant_log WHERE feedback_id = $1 AND reason = $2";

    public async Task HandleAsync(RewardDue happened, EventContext context, CancellationToken cancellationToken)
    {
        // Also of what was deleted since: an attempt before this one may have paid already, and only the ledger knows. What was withdrawn is taken back after it.
        if (await FindAsync(happened.FeedbackId, cancellationToken) is { State: not "refused" } due)
            await PayAsync(due.UserId, happened.FeedbackId, cancellationToken);
    }

    public async Task HandleAsync(Withdrawn happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(happened.FeedbackId, cancellationToken) is not { } given || given.State == "refused")
            return;
        // Not settled yet, or being paid at this moment: settled here, once either way, so that taking it back waits for nobody.
        if (given.State == "pending" && !await PayAsync(given.UserId, happened.FeedbackId, cancellationToken))
            return;
        var taken = await issuance.ClawBackAsync(
            new ClawbackCommand(given.UserId, CreditAmount.OfCredits(Reward), $"feedback:{happened.FeedbackId}:submit:reversal", "Feedback withdrawn"), cancellationToken);
        if (taken is PostingResult.Contention or PostingResult.Frozen)
            throw new InvalidOperationException("The account cannot be booked on now; the event comes again.");
    }

    async Task<bool> PayAsync(string userId, Guid id, CancellationToken cancellationToken) =>
        await grants.GiveAsync(userId, Reward, GrantReasons.Submit, id.ToString(), "Reward: " + GrantReasons.Submit, id, cancellationToken) != GrantOutcome.Refused;

    Task<Entry?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        database.Sql(Log, id, GrantReasons.Submit).RowAsync(row => new Entry(row.GetString(0), row.GetString(1)), cancellationToken);

    sealed record Entry(string UserId, string State);
}
