using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Ledger;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Gifts;

/// <summary>
/// Gift codes (commerce.md 4.4). The credits of an active gift are in an account of the gift's own that can never go below zero, so they are given
/// out once, to the redeemer or back. The row of the gift is locked before any balance.
/// </summary>
internal sealed class GiftCodes(LedgerTransactions transactions, CreditsLedger ledger, IAccountDirectory accounts, IIdSource ids, TimeProvider time, CreditsMetrics metrics, EventWriter events) : IGiftCodes
{
    const int LongestName = 100;

    public async Task<GiftCreation> CreateAsync(string userId, NewGift wanted, CancellationToken cancellationToken)
    {
        var creator = (await accounts.FindAsync(userId, cancellationToken))?.Name;
        var result = await transactions.RunAsync<GiftCreation>(async (transaction, token) =>
        {
            var (giftId, now) = (ids.NewGuid(), time.GetUtcNow());
            var posted = await ledger.PostAsync(transaction.Connection, new Booking(ids.NewGuid(), "gift_create", userId, -wanted.Total.Milli, 0, "gifts", "Gift created")
            {
                Counter = "gift_escrow",
                CounterOwner = giftId.ToString(),
                Type = "gift",
                By = "user",
                At = now,
                BusinessKey = $"gift:in:{giftId}",
                Repeatable = Fingerprint.Of("gift_create", wanted.IdempotencyKey, wanted.Total, null, wanted.TargetEmail, wanted.Message, wanted.IsPersonalized ? "personalized" : "simple"),
            }, token);
            if (posted is not PostingResult.Posted done)
                return new GiftCreation.Refused(posted);
            if (done.Replayed)
                return new GiftCreation.Created(await transaction.Database.Gifts.AsNoTracking().SingleAsync(gift => gift.EntryId == done.TransactionId, token));
            var gift = new GiftCode
            {
                Id = giftId,
                // A collision with a code that exists fails on the unique index, and everything is tried again with another.
                Code = GiftCodeText.Make(ids),
                CreatorId = userId,
                CreatorName = ShownName(creator),
                Total = wanted.Total.Milli,
                Type = wanted.IsPersonalized ? "personalized" : "simple",
                Status = GiftCode.Active,
                TargetEmail = wanted.TargetEmail?.ToLowerInvariant(),
                Message = wanted.Message,
                ExpiresAt = wanted.ExpiresAt,
                EntryId = done.TransactionId,
                CreatedAt = now,
                UpdatedAt = now,
            };
            transaction.Database.Gifts.Add(gift);
            await transaction.CommitAsync(token);
            metrics.Gift("created");
            return new GiftCreation.Created(gift);
        }, cancellationToken);
        return result ?? new GiftCreation.Refused(new PostingResult.Contention());
    }

    public async Task<GiftRedemptionResult> RedeemAsync(string userId, string code, string? sourceApp, CancellationToken cancellationToken)
    {
        if (!await ledger.HasOrOpensAsync(userId, cancellationToken))
            return new GiftRedemptionResult.NotFound();
        var person = await accounts.FindAsync(userId, cancellationToken);
        var result = await transactions.RunAsync<GiftRedemptionResult>(async (transaction, token) =>
        {
            if (await LockAsync(transaction, $"SELECT * FROM credits.gift_codes WHERE code = {code} FOR UPDATE", token) is not { } gift)
                return new GiftRedemptionResult.NotFound();
            // The answer was lost, and they ask again.
            if (gift.IsRedeemed && await transaction.Database.Redemptions.AnyAsync(
                    redemption => redemption.GiftId == gift.Id && redemption.RedeemerId == userId && redemption.Status == "success", token))
                return new GiftRedemptionResult.Redeemed(gift, new(gift.Total), BalanceView.Empty, Replayed: true);
            var now = time.GetUtcNow();
            var (refusal, status) = Refusal(gift, userId, person, now);
            if (refusal is not null)
            {
                transaction.Database.Redemptions.Add(Attempt(gift, userId, status, sourceApp, now));
                await transaction.CommitAsync(token);
                metrics.Gift("refused");
                return refusal;
            }

            var posted = await BookOutAsync(transaction, gift, userId, "gift_redeem", "gift", "Gift redeemed", now, token);
            gift.IsRedeemed = true;
            (gift.Status, gift.UpdatedAt) = (GiftCode.Depleted, now);
            transaction.Database.Redemptions.Add(Attempt(gift, userId, "success", sourceApp, now, gift.Total, posted.TransactionId));
            await transaction.CommitAsync(token);
            metrics.Gift("redeemed");
            return new GiftRedemptionResult.Redeemed(gift, new(gift.Total), posted.Balance, Replayed: false);
        }, cancellationToken);
        return result switch
        {
            GiftRedemptionResult.Redeemed { Replayed: true } again => again with { Balance = await ledger.GetBalanceAsync(userId, cancellationToken) },
            null => new GiftRedemptionResult.Contention(),
            _ => result,
        };
    }

    /// <summary>Gives the credits of an active gift back to whoever made it.</summary>
    /// <param name="creatorId">Null: whoever it is (jobs).</param>
    public async Task<GiftReturn> ReturnAsync(Guid giftId, string? creatorId, string status, CancellationToken cancellationToken)
    {
        var result = await transactions.RunAsync<GiftReturn>(async (transaction, token) =>
        {
            if (await LockAsync(transaction, $"SELECT * FROM credits.gift_codes WHERE id = {giftId} FOR UPDATE", token) is not { } gift || (creatorId is not null && gift.CreatorId != creatorId))
                return new GiftReturn.NotFound();
            if (gift.Status != GiftCode.Active)
                return new GiftReturn.NotActive();
            var now = time.GetUtcNow();
            await BookOutAsync(transaction, gift, gift.CreatorId, "gift_return", "refund", status == GiftCode.Expired ? "Gift expired" : "Gift cancelled", now, token);
            (gift.Status, gift.UpdatedAt) = (status, now);
            if (status == GiftCode.Expired)
                events.Add(transaction.Database, new GiftExpired(gift.CreatorId, gift.Id, new CreditAmount(gift.Total).ToString(), gift.CreatedAt));
            await transaction.CommitAsync(token);
            metrics.Gift(status == GiftCode.Expired ? "expired" : "cancelled");
            return new GiftReturn.Returned(new(gift.Total));
        }, cancellationToken);
        return result ?? new GiftReturn.Contention();
    }

    public async Task<PendingGifts> RedeemPendingAsync(string userId, CancellationToken cancellationToken) =>
        (await PendingAsync(userId, cancellationToken)).Done;

    /// <summary>Null when something was busy: it is still there to be redeemed.</summary>
    public async Task<PendingGifts?> TryRedeemPendingAsync(string userId, CancellationToken cancellationToken) =>
        await PendingAsync(userId, cancellationToken) is { Busy: false } pending ? pending.Done : null;

    async Task<(PendingGifts Done, bool Busy)> PendingAsync(string userId, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(userId, cancellationToken) is not { EmailVerified: true } person)
            return (new PendingGifts(0, 0, default), false);
        var address = person.Email.ToLowerInvariant();
        var codes = await transactions.RunAsync(async (transaction, token) => await transaction.Database.Gifts
            .Where(gift => gift.Type == "personalized" && gift.Status == GiftCode.Active && gift.TargetEmail == address).OrderBy(gift => gift.CreatedAt).Select(gift => gift.Code)
            .ToListAsync(token), cancellationToken);
        var (redeemed, total, busy) = (0, CreditAmount.Zero, codes is null);
        foreach (var code in codes ?? [])
            switch (await RedeemAsync(userId, code, "auto-registration", cancellationToken))
            {
                case GiftRedemptionResult.Redeemed { Replayed: false } given:
                    (redeemed, total) = (redeemed + 1, total + given.Credits);
                    break;
                case GiftRedemptionResult.Contention:
                    busy = true;
                    break;
            }

        return (new PendingGifts(redeemed, codes?.Count ?? 0, total), busy);
    }

    /// <summary>The whole statement, so that EF adds nothing to it: it locks one row and not those that it looked at.</summary>
    static async Task<GiftCode?> LockAsync(LedgerTransaction transaction, FormattableString sql, CancellationToken cancellationToken) =>
        (await transaction.Database.Gifts.FromSqlInterpolated(sql).ToListAsync(cancellationToken)).SingleOrDefault();

    async Task<PostingResult.Posted> BookOutAsync(
        LedgerTransaction transaction, GiftCode gift, string to, string kind, string type, string description, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ledger.PostAsync(transaction.Connection, new Booking(ids.NewGuid(), kind, to, gift.Total, 0, "gifts", description)
        {
            Counter = "gift_escrow",
            CounterOwner = gift.Id.ToString(),
            Type = type,
            At = now,
            BusinessKey = $"gift:out:{gift.Id}",
        }, cancellationToken) is PostingResult.Posted { Replayed: false } posted
            ? posted
            : throw new InvalidOperationException($"The credits of gift {gift.Id} are out already, or nobody can have them, although it is active.");

    static (GiftRedemptionResult? Refusal, string Status) Refusal(GiftCode gift, string userId, AccountFacts? person, DateTimeOffset now) => gift switch
    {
        { Status: not GiftCode.Active } => (new GiftRedemptionResult.WrongStatus(gift.Status), gift.Status == GiftCode.Depleted ? "failed_depleted" : "failed_expired"),
        _ when gift.ExpiresAt <= now => (new GiftRedemptionResult.Expired(), "failed_expired"),
        _ when gift.CreatorId == userId => (new GiftRedemptionResult.Own(), "failed_wrong_user"),
        { Type: "personalized" } when person is not { EmailVerified: true } || !string.Equals(person.Email, gift.TargetEmail, StringComparison.OrdinalIgnoreCase) =>
            (new GiftRedemptionResult.WrongPerson(), "failed_wrong_user"),
        _ => (null, ""),
    };

    GiftRedemption Attempt(GiftCode gift, string userId, string status, string? sourceApp, DateTimeOffset now, long credits = 0, Guid? entry = null) => new()
    {
        Id = ids.NewGuid(),
        GiftId = gift.Id,
        RedeemerId = userId,
        Status = status,
        Credits = credits,
        EntryId = entry,
        SourceAppId = sourceApp,
        CreatedAt = now,
    };

    /// <summary>Anybody with the code reads it, so it must not be an address (W-18).</summary>
    static string? ShownName(string? name) =>
        string.IsNullOrWhiteSpace(name) || name.Contains('@', StringComparison.Ordinal) ? null : name.Length > LongestName ? name[..LongestName] : name;
}
