using Mana.Credits.Contracts;
using Mana.Kernel.Database;
using Mana.Kernel.Outbox;
using Npgsql;

namespace Mana.Analytics.Rewards;

internal enum GrantOutcome
{
    /// <summary>The month's budget is used up, or the ledger has no account for them.</summary>
    Refused,

    Given,

    /// <summary>The ledger had it already: from an earlier attempt of the same event, or from an earlier event.</summary>
    GivenBefore,
}

/// <summary>Gives rewards through the ledger, which gives each once and keeps the month's budget (commerce.md 4.6), and remembers what became of them.</summary>
internal sealed class Grants(ICreditsLedger ledger, NpgsqlDataSource database, TimeProvider time, FeedbackMetrics metrics)
{
    const int LongestDescription = 256;

    /// <summary>What became of it.</summary>
    /// <param name="credits">Whole credits.</param>
    /// <exception cref="InvalidOperationException">The account is busy or held; the event comes again.</exception>
    public async Task<GrantOutcome> GiveAsync(string userId, int credits, string reason, string referenceId, string description, Guid feedbackId, CancellationToken cancellationToken)
    {
        var result = await ledger.GrantAsync(new GrantCommand(userId, CreditAmount.OfCredits(credits), reason, referenceId, Cut(description, LongestDescription)), cancellationToken);
        if (result is PostingResult.Contention or PostingResult.Frozen)
            throw new InvalidOperationException("The account cannot be booked on now; the event comes again.");
        var given = result is PostingResult.Posted;
        metrics.Granted(reason, result switch
        {
            PostingResult.Posted { Replayed: true } => "replayed",
            PostingResult.Posted => "granted",
            PostingResult.BudgetExhausted => "budget_exhausted",
            _ => "refused",
        });
        await database.Sql("""
            INSERT INTO feedback.grant_log AS g (feedback_id, user_id, reason, state, granted_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT ON CONSTRAINT grant_log_key DO UPDATE SET state = excluded.state WHERE g.state <> 'granted'
            """, feedbackId, userId, reason, given ? "granted" : "refused", time.GetUtcNow()).RunAsync(cancellationToken);
        return result switch
        {
            PostingResult.Posted { Replayed: true } => GrantOutcome.GivenBefore,
            PostingResult.Posted => GrantOutcome.Given,
            _ => GrantOutcome.Refused,
        };
    }

    /// <summary>Never in the middle of a character.</summary>
    public static string Cut(string text, int longest) => text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
}

internal static class GrantOutcomes
{
    /// <summary>Whether the person is to hear of it: what an earlier event gave was told of then, also when that is so long ago that nothing here remembers it (W-61).</summary>
    public static bool IsNews(this GrantOutcome outcome, EventContext context) => outcome == GrantOutcome.Given || (outcome == GrantOutcome.GivenBefore && context.Attempt > 1);
}
