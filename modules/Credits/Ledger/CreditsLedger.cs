using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Privacy;
using Mana.Kernel.Ids;
using Npgsql;

namespace Mana.Credits.Ledger;

/// <summary>The ledger as other modules see it, and as the routes do. One round trip per command.</summary>
internal sealed class CreditsLedger(NpgsqlDataSource database, LedgerRetry retry, IErasedUsers erased, IIdSource ids, TimeProvider time, CreditsOptions options, CreditsMetrics metrics)
    : ICreditsLedger, ICreditsIssuance
{
    /// <summary>Raised by <c>credits.grant_reward</c>.</summary>
    const string BudgetUsedUp = "MC001";

    static readonly TimeSpan DefaultHold = TimeSpan.FromHours(24);

    public async Task<BalanceView> GetBalanceAsync(string userId, CancellationToken cancellationToken) =>
        (await LedgerQueries.AccountAsync(database, userId, cancellationToken))?.Balance ?? BalanceView.Empty;

    public Task EnsureAccountAsync(string userId, CancellationToken cancellationToken) => OpenAsync(userId, cancellationToken);

    /// <summary>Makes the accounts of a person. False for somebody who was erased: nobody comes back (commerce.md 13.2).</summary>
    public async Task<bool> OpenAsync(string userId, CancellationToken cancellationToken)
    {
        if (ErasedOwner.Is(userId) || await erased.IsErasedAsync(userId, cancellationToken))
            return false;
        await using var command = database.CreateCommand("SELECT credits.open_wallet($1, $2)");
        await command.Text(userId).Instant(time.GetUtcNow()).ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    /// <summary>The same for somebody who probably has them.</summary>
    public async Task<bool> HasOrOpensAsync(string userId, CancellationToken cancellationToken) =>
        await LedgerQueries.AccountAsync(database, userId, cancellationToken) is not null || await OpenAsync(userId, cancellationToken);

    public Task<PostingResult> DebitAsync(DebitCommand debit, CancellationToken cancellationToken) => DebitAsync(debit, "system", time.GetUtcNow(), cancellationToken);

    /// <summary>A debit that says who asked for it, and when.</summary>
    /// <param name="at">When it happened, for whoever shows the entry without reading it again.</param>
    /// <param name="priced">What the catalogue was asked for: the request is the same when the price is not. Null: an amount of the caller's own.</param>
    public Task<PostingResult> DebitAsync(DebitCommand debit, string by, DateTimeOffset at, CancellationToken cancellationToken, string? priced = null) =>
        PostAsync("use", new Booking(ids.NewGuid(), "use", debit.UserId, -Checked(debit.Amount), 0, debit.AppId, debit.Description)
        {
            Counter = "usage_revenue",
            Type = "usage",
            Metadata = debit.Metadata,
            By = by,
            At = at,
            Repeatable = Fingerprint.Of("use", debit.IdempotencyKey, debit.Amount, priced, debit.AppId, debit.Description, debit.Metadata),
        }, cancellationToken);

    public Task<PostingResult> RefundAsync(RefundCommand refund, CancellationToken cancellationToken) => RefundAsync(refund, "system", cancellationToken);

    public Task<PostingResult> RefundAsync(RefundCommand refund, string by, CancellationToken cancellationToken) =>
        PostAsync("refund", new Booking(ids.NewGuid(), "refund", refund.UserId, Checked(refund.Amount), 0, refund.AppId, refund.Description)
        {
            Counter = "usage_revenue",
            Type = "refund",
            Metadata = refund.Metadata,
            By = by,
            RefundOf = refund.OriginalTransactionId,
            Repeatable = Fingerprint.Of(
                "refund", refund.IdempotencyKey, refund.Amount, null, refund.AppId, refund.Description, refund.Metadata, refund.OriginalTransactionId?.ToString()),
        }, cancellationToken);

    public async Task<PostingResult> GrantAsync(GrantCommand grant, CancellationToken cancellationToken)
    {
        var booking = new Booking(ids.NewGuid(), "grant", grant.UserId, Checked(grant.Amount), 0, "community", grant.Description ?? "Reward: " + grant.Reason)
        {
            Metadata = JsonSerializer.Serialize(new { reason = grant.Reason, referenceId = grant.ReferenceId }),
        };
        try
        {
            return await RunAsync("grant", booking, command => LedgerStore.GrantAsync(
                command, booking, grant.ReferenceId, options.PromoBudget?.Milli, time.GetUtcNow(), cancellationToken), cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == BudgetUsedUp)
        {
            metrics.Operation("grant", "community", "budget_exhausted");
            return new PostingResult.BudgetExhausted();
        }
    }

    public Task<ReservationResult> ReserveAsync(ReserveCommand hold, CancellationToken cancellationToken) => ReserveAsync(hold, null, cancellationToken);

    /// <summary>A hold that says what the catalogue was asked for.</summary>
    /// <param name="priced">As of a debit.</param>
    public async Task<ReservationResult> ReserveAsync(ReserveCommand hold, string? priced, CancellationToken cancellationToken)
    {
        var app = hold.Reason.Split(':', 2)[0];
        var booking = new Booking(ids.NewGuid(), "reserve", hold.UserId, -Checked(hold.Amount), hold.Amount.Milli, app.Length == 0 ? "mana-research" : app, hold.Reason)
        {
            Repeatable = Fingerprint.Of("reserve", hold.IdempotencyKey, hold.Amount, priced, hold.Reason, hold.TimeToLive?.ToString()),
        };
        var now = time.GetUtcNow();
        var result = await RunAsync("reserve", booking, command => LedgerStore.ReserveAsync(
            command, ids.NewGuid(), booking, now, now + (hold.TimeToLive ?? DefaultHold), cancellationToken), cancellationToken);
        return result is PostingResult.Posted posted
            ? new ReservationResult.Reserved(posted.TransactionId, posted.Balance, posted.Replayed)
            : new ReservationResult.Refused(result);
    }

    public Task<SettlementResult> CommitAsync(Guid reservationId, CreditAmount? amount, string? description, CancellationToken cancellationToken) =>
        SettleAsync(reservationId, "committed", amount is { } part ? Checked(part) : null, description, "system", cancellationToken);

    public Task<SettlementResult> ReleaseAsync(Guid reservationId, CancellationToken cancellationToken) =>
        SettleAsync(reservationId, "refunded", null, null, "system", cancellationToken);

    public Task<SettlementResult> ExpireAsync(Guid reservationId, CancellationToken cancellationToken) =>
        SettleAsync(reservationId, "expired", null, null, "job", cancellationToken);

    public Task<PostingResult> IssueAsync(IssueCommand issue, CancellationToken cancellationToken) => PostAsync("issue", Issued(issue), cancellationToken);

    public async Task<IReadOnlyList<PostingResult>> IssueManyAsync(IReadOnlyList<IssueCommand> commands, CancellationToken cancellationToken)
    {
        var bookings = commands.Select(Issued).ToList();
        foreach (var userId in await LedgerQueries.UnopenedAsync(database, [.. commands.Select(command => command.UserId).Distinct(StringComparer.Ordinal)], cancellationToken))
            await OpenAsync(userId, cancellationToken);
        var posted = await retry.RunAsync(async token =>
        {
            await using var command = database.CreateCommand();
            return await LedgerStore.PostManyAsync(command, bookings, time.GetUtcNow(), token);
        }, cancellationToken);
        return posted is null ? [.. bookings.Select(_ => new PostingResult.Contention())] : [.. posted.Zip(bookings, Result)];
    }

    public Task<PostingResult> ClawBackAsync(ClawbackCommand clawback, CancellationToken cancellationToken) =>
        PostAsync("clawback", Taken(clawback), cancellationToken);

    /// <summary>Any booking, in a transaction of its own.</summary>
    public Task<PostingResult> PostAsync(string operation, Booking booking, CancellationToken cancellationToken) =>
        RunAsync(operation, booking, command => LedgerStore.PostAsync(command, booking, booking.At ?? time.GetUtcNow(), cancellationToken), cancellationToken);

    /// <summary>
    /// A booking inside the caller's transaction, who also retries, and has opened the account: nobody may wait for a second connection while
    /// others wait for a lock of the first. Held is only what the caller commits.
    /// </summary>
    public async Task<PostingResult> PostAsync(NpgsqlConnection connection, Booking booking, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        return Result(await LedgerStore.PostAsync(command, booking, booking.At ?? time.GetUtcNow(), cancellationToken), booking);
    }

    async Task<PostingResult> RunAsync(string operation, Booking booking, Func<NpgsqlCommand, Task<Posted>> post, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await OnceAsync();
        if (result is PostingResult.UnknownUser && await OpenAsync(booking.UserId, cancellationToken))
            result = await OnceAsync();
        metrics.Operation(operation, booking.AppId, LedgerOutcome.Of(result), Math.Abs(booking.Available), Stopwatch.GetElapsedTime(start));
        return result;

        async Task<PostingResult> OnceAsync() => await retry.RunAsync<PostingResult>(async _ =>
        {
            await using var command = database.CreateCommand();
            return Result(await post(command), booking);
        }, cancellationToken) ?? new PostingResult.Contention();
    }

    async Task<SettlementResult> SettleAsync(Guid reservation, string end, long? capture, string? description, string by, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var entry = ids.NewGuid();
        var result = await retry.RunAsync<SettlementResult>(async token =>
        {
            await using var command = database.CreateCommand();
            var posted = await LedgerStore.SettleAsync(command, reservation, end, capture, entry, description, time.GetUtcNow(), by, token);
            return posted.Outcome switch
            {
                "posted" => new SettlementResult.Settled(posted.Result, posted.Balance, Replayed: false),
                "replayed" => new SettlementResult.Settled(posted.Result, posted.Balance, Replayed: true),
                "not_found" => new SettlementResult.NotFound(),
                "exceeds_reserved" => new SettlementResult.ExceedsReserved(new(long.Parse(posted.Note!, CultureInfo.InvariantCulture))),
                _ => new SettlementResult.WrongState(posted.Note!),
            };
        }, cancellationToken) ?? new SettlementResult.Contention();
        metrics.Operation(end, "reservation", LedgerOutcome.Of(result), 0, Stopwatch.GetElapsedTime(start));
        return result;
    }

    /// <summary>For <see cref="PostAsync(NpgsqlConnection, Booking, CancellationToken)"/>: what a plan of reversals wants booked.</summary>
    public Booking Reversed(string userId, PlannedReversal step, string metadata) => step.Credits < 0
        ? Taken(new ClawbackCommand(userId, CreditAmount.OfCredits(-step.Credits), step.BusinessKey, step.Description, metadata))
        : Issued(new IssueCommand(userId, CreditAmount.OfCredits(step.Credits), CreditSource.ClawbackReversal, step.BusinessKey, "stripe", step.Description, metadata));

    public Booking Issued(IssueCommand issue)
    {
        var (kind, counter, type) = issue.Source switch
        {
            CreditSource.Purchase => ("purchase", "stripe_clearing", "purchase"),
            CreditSource.Plan => ("plan", "plan_issuance", "subscription"),
            CreditSource.ClawbackReversal => ("clawback_reversal", "clawback", "clawback"),
        };
        return new Booking(ids.NewGuid(), kind, issue.UserId, Checked(issue.Amount), 0, issue.AppId, issue.Description)
        {
            Counter = counter,
            Type = type,
            Metadata = issue.Metadata,
            BusinessKey = issue.BusinessKey,
        };
    }

    Booking Taken(ClawbackCommand clawback) => new(ids.NewGuid(), "clawback", clawback.UserId, -Checked(clawback.Amount), 0, "stripe", clawback.Description)
    {
        Counter = "clawback",
        Type = "clawback",
        Metadata = clawback.Metadata,
        BusinessKey = clawback.BusinessKey,
    };

    static PostingResult Result(Posted posted, Booking booking) => posted.Outcome switch
    {
        "posted" => new PostingResult.Posted(posted.Result, posted.Balance, Replayed: false),
        "replayed" => new PostingResult.Posted(posted.Result, posted.Balance, Replayed: true),
        "insufficient" => new PostingResult.Insufficient(new(-booking.Available), posted.Balance.Spendable),
        // A reward that was given with another amount was given.
        "mismatch" when booking.Kind == "grant" => new PostingResult.Posted(posted.Result, posted.Balance, Replayed: true),
        "mismatch" => new PostingResult.KeyMismatch(),
        "unknown_original" => new PostingResult.UnknownOriginal(),
        "exceeds_original" => new PostingResult.ExceedsOriginal(),
        "frozen" => new PostingResult.Frozen(),
        "unopened" => new PostingResult.UnknownUser(),
        _ => throw new InvalidOperationException($"The ledger answered '{posted.Outcome}'."),
    };

    static long Checked(CreditAmount amount) =>
        amount.MayMove ? amount.Milli : throw new ArgumentOutOfRangeException(nameof(amount), amount, "Not an amount that a command may move.");
}
