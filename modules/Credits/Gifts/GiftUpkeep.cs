using Mana.Auth.Contracts;
using Mana.Credits.Data;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Credits.Gifts;

/// <summary>Gives back what gifts hold whose time is over (commerce.md 12). Safe on several hosts: a gift is given out once.</summary>
internal sealed class GiftExpiry(CreditsDbContext database, GiftCodes gifts, TimeProvider time, CreditsMetrics metrics, ILogger<GiftExpiry> log) : IManaJob
{
    const int Batch = 200;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (returned, stuck) = (0, new HashSet<Guid>());
        while (true)
        {
            var now = time.GetUtcNow();
            var due = await database.Gifts.Where(gift => gift.Status == GiftCode.Active && gift.ExpiresAt <= now && !stuck.Contains(gift.Id)).OrderBy(gift => gift.ExpiresAt)
                .Select(gift => gift.Id).Take(Batch).ToListAsync(cancellationToken);
            foreach (var gift in due)
                if (await ReturnedAsync(gift, cancellationToken))
                    returned++;
                else
                    stuck.Add(gift);
            if (due.Count < Batch)
                break;
        }

        if (returned > 0)
            log.LogInformation("{Count} gift(s) expired and went back", returned);
    }

    async Task<bool> ReturnedAsync(Guid gift, CancellationToken cancellationToken)
    {
        try
        {
            return await gifts.ReturnAsync(gift, null, GiftCode.Expired, cancellationToken) is GiftReturn.Returned;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.Gift("error");
            log.LogError(failure, "Gift {Gift} has expired and does not go back", gift);
            return false;
        }
    }
}

/// <summary>What was promised to an address follows from its proof, never from a registration: anybody can register with an address of others (W-22).</summary>
internal sealed class PromisedGifts(GiftCodes gifts, IErasedUsers erased) : IManaEventHandler<EmailVerified>
{
    public async Task HandleAsync(EmailVerified happened, EventContext context, CancellationToken cancellationToken)
    {
        if (!await erased.IsErasedAsync(happened.UserId, cancellationToken) && await gifts.TryRedeemPendingAsync(happened.UserId, cancellationToken) is null)
            throw new InvalidOperationException("A promised gift was busy; the event comes again.");
    }
}

/// <summary>A person's gifts when they are erased: active ones end, and their credits are forfeited with the rest (commerce.md 13.2).</summary>
internal sealed class GiftErasure(CreditsDbContext database, GiftCodes gifts)
{
    public async Task EndAsync(string userId, CancellationToken cancellationToken)
    {
        foreach (var gift in await database.Gifts.Where(gift => gift.CreatorId == userId && gift.Status == GiftCode.Active).Select(gift => gift.Id).ToListAsync(cancellationToken))
            await gifts.ReturnAsync(gift, userId, GiftCode.Cancelled, cancellationToken);
    }

    /// <summary>In the transaction that takes the name away everywhere; returns how many rows had it.</summary>
    public static async Task<long> RenameAsync(CreditsDbContext database, string userId, string pseudonym, CancellationToken cancellationToken)
    {
        // Theirs was the address that it was promised to.
        long rows = await database.Gifts
            .Where(gift => gift.TargetEmail != null && database.Redemptions.Any(redemption => redemption.GiftId == gift.Id && redemption.RedeemerId == userId && redemption.Status == "success"))
            .ExecuteUpdateAsync(set => set.SetProperty(gift => gift.TargetEmail, (string?)null), cancellationToken);
        rows += await database.Gifts.Where(gift => gift.CreatorId == userId && gift.Status != GiftCode.Active).ExecuteUpdateAsync(set => set
            .SetProperty(gift => gift.CreatorId, pseudonym).SetProperty(gift => gift.CreatorName, (string?)null)
            .SetProperty(gift => gift.TargetEmail, (string?)null).SetProperty(gift => gift.Message, (string?)null), cancellationToken);
        rows += await database.Redemptions.Where(redemption => redemption.RedeemerId == userId)
            .ExecuteUpdateAsync(set => set.SetProperty(redemption => redemption.RedeemerId, pseudonym), cancellationToken);
        // An active gift of nobody would give its credits to nobody.
        if (await database.Gifts.AnyAsync(gift => gift.CreatorId == userId, cancellationToken))
            throw new InvalidOperationException("A gift of this person was busy; the erasure comes again.");
        return rows;
    }
}
