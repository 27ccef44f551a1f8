using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Wire;
using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Gifts;

/// <summary>commerce.md 3.4, with the members that the older clients read.</summary>
internal sealed record GiftBody(
    Guid Id, string Code, string ShortUrl, string Url, string CreatorId, string? CreatorName, CreditAmount TotalCredits, int Redeemed, string Type, string Status,
    string? TargetEmail, string? Message, DateTimeOffset ExpiresAt, Guid ReservationTransactionId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record GiftInfoBody(
    string Code, string Type, string Status, CreditAmount TotalCredits, bool Redeemed, string? Message, string? CreatorName, DateTimeOffset ExpiresAt, bool IsPersonalized, bool HasRiddle);

internal sealed record RedemptionBody(
    Guid Id, Guid GiftCodeId, string RedeemerUserId, string Status, CreditAmount CreditsReceived, Guid? CreditTransactionId, string? SourceAppId, DateTimeOffset CreatedAt,
    string Code, CreditAmount Credits, string? Message, string? CreatorName, DateTimeOffset RedeemedAt);

/// <summary>What is told about gifts.</summary>
internal sealed class GiftList(CreditsDbContext database, WebPages pages)
{
    const int Longest = 500;

    /// <summary>For whoever has the code: no address, no account.</summary>
    public async Task<GiftInfoBody?> InfoAsync(string code, CancellationToken cancellationToken) =>
        await database.Gifts.AsNoTracking().SingleOrDefaultAsync(gift => gift.Code == code, cancellationToken) is { } gift
            ? new GiftInfoBody(gift.Code, gift.Type, gift.Status, new(gift.Total), gift.IsRedeemed, gift.Message, gift.CreatorName, gift.ExpiresAt, gift.Type == "personalized", HasRiddle: false)
            : null;

    public async Task<List<GiftBody>> CreatedByAsync(string userId, CancellationToken cancellationToken) =>
        (await database.Gifts.AsNoTracking().Where(gift => gift.CreatorId == userId).OrderByDescending(gift => gift.CreatedAt).ThenByDescending(gift => gift.Id).Take(Longest)
            .ToListAsync(cancellationToken)).ConvertAll(Body);

    public Task<List<RedemptionBody>> ReceivedByAsync(string userId, CancellationToken cancellationToken) => (
        from redemption in database.Redemptions.AsNoTracking()
        join gift in database.Gifts on redemption.GiftId equals gift.Id
        where redemption.RedeemerId == userId && redemption.Status == "success"
        orderby redemption.CreatedAt descending, redemption.Id descending
        select new RedemptionBody(
            redemption.Id, gift.Id, redemption.RedeemerId, redemption.Status, new CreditAmount(redemption.Credits), redemption.EntryId, redemption.SourceAppId, redemption.CreatedAt,
            gift.Code, new CreditAmount(redemption.Credits), gift.Message, gift.CreatorName, redemption.CreatedAt)).Take(Longest).ToListAsync(cancellationToken);

    public GiftBody Body(GiftCode gift) => new(
        gift.Id, gift.Code, pages.Gift(gift.Code), pages.Gift(gift.Code), gift.CreatorId, gift.CreatorName, new(gift.Total), gift.IsRedeemed ? 1 : 0, gift.Type, gift.Status,
        gift.TargetEmail, gift.Message, gift.ExpiresAt, gift.EntryId, gift.CreatedAt, gift.UpdatedAt);
}
