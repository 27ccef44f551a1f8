using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Kernel.Jobs;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Credits.Gifts;

/// <summary>Gives back what gifts hold whose time is over (commerce.md 12). Safe on several hosts: a gift is given out once.</summary>
internal sealed class GiftExpiry(CreditsDbContext database, GiftCodes gifts, TimeProvider time, ILogger<GiftExpiry> log) : IManaJob
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
                if (await gifts.ReturnAsync(gift, null, GiftCode.Expired, cancellationToken) is GiftReturn.Returned)
                    returned++;
                else
                    stuck.Add(gift);
            if (due.Count < Batch)
                break;
        }

        if (returned > 0)
            log.LogInformation("{Count} gift(s) expired and went back", returned);
    }
}

/// <summary>What was promised to an address follows from its proof, never from a registration: anybody can register with an address of others (W-22).</summary>
internal sealed class PromisedGifts(IGiftCodes gifts, IErasedUsers erased) : IManaEventHandler<EmailVerified>
{
    public async Task HandleAsync(EmailVerified happened, EventContext context, CancellationToken cancellationToken)
    {
        if (!await erased.IsErasedAsync(happened.UserId, cancellationToken))
            await gifts.RedeemPendingAsync(happened.UserId, cancellationToken);
    }
}

/// <summary>A person's gifts when they are erased: active ones end, and their credits are forfeited with the rest (commerce.md 13.2).</summary>
internal sealed class GiftErasure(CreditsDbContext database, GiftCodes gifts)
{
    public async Task<long> EraseAsync(string userId, string pseudonym, CancellationToken cancellationToken)
    {
        foreach (var gift in await database.Gifts.Where(gift => gift.CreatorId == userId && gift.Status == GiftCode.Active).Select(gift => gift.Id).ToListAsync(cancellationToken))
            await gifts.ReturnAsync(gift, userId, GiftCode.Cancelled, cancellationToken);
        long rows = await database.Gifts.Where(gift => gift.CreatorId == userId).ExecuteUpdateAsync(set => set
            .SetProperty(gift => gift.CreatorId, pseudonym).SetProperty(gift => gift.CreatorName, (string?)null)
            .SetProperty(gift => gift.TargetEmail, (string?)null).SetProperty(gift => gift.Message, (string?)null), cancellationToken);
        rows += await database.Redemptions.Where(redemption => redemption.RedeemerId == userId)
            .ExecuteUpdateAsync(set => set.SetProperty(redemption => redemption.RedeemerId, pseudonym), cancellationToken);
        return rows;
    }
}
