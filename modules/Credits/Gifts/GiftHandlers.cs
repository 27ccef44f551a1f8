using System.Net.Mail;
using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Credits.Gifts;

/// <summary>Routes of gifts (commerce.md 3.4), with the names that the older clients use.</summary>
internal static class GiftHandlers
{
    const int DefaultDays = 90;
    const int LongestDays = 3650;
    static readonly CreditAmount Largest = CreditAmount.OfCredits(10_000);
    static readonly ApiError UnknownCode = CreditsRefusals.NotFound("Gift code not found");
    static readonly ApiError UnknownGift = CreditsRefusals.NotFound("Gift not found");

    public static async Task<IResult> InfoAsync(string code, GiftList gifts, CreditsMetrics metrics, CancellationToken cancellationToken)
    {
        if (GiftCodeText.Normalize(code) is { } normal && await gifts.InfoAsync(normal, cancellationToken) is { } info)
            return CreditsJson.Ok(info);
        metrics.GiftMissed();
        return UnknownCode;
    }

    public static async Task<IResult> CreateAsync(HttpContext context, CurrentUser user, GiftCodes gifts, GiftList list, TimeProvider time, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var total = fields.Amount(fields.Has("credits") && !fields.Has("totalCredits") ? "credits" : "totalCredits", whole: true, Largest);
        var isPersonalized = fields.OptionalChoice("type", "simple", "personalized") == "personalized";
        var email = fields.OptionalText("targetEmail", 254, shortest: 1)?.Trim();
        if (email is not null && !(MailAddress.TryCreate(email, out var address) && address.Address == email))
            fields.Fail("targetEmail", "must be an address");
        if (isPersonalized && email is null)
            fields.Fail("targetEmail", "is required for a personalized gift");
        var message = fields.OptionalText("message", 500);
        var expiresAt = ExpiryOf(fields, time.GetUtcNow());
        var key = fields.IdempotencyKey();
        if (fields.Problem is { } problem)
            return problem;
        return await gifts.CreateAsync(user.UserId, new NewGift(total, isPersonalized, isPersonalized ? email : null, message, expiresAt, key), cancellationToken) switch
        {
            GiftCreation.Created created => CreditsJson.Created(list.Body(created.Gift)),
            GiftCreation.Refused { Why: PostingResult.Insufficient why } => CreditsRefusals.Insufficient(why.Required, why.Available) with
            {
                StatusCode = StatusCodes.Status400BadRequest, Message = "Insufficient credits to create gift",
            },
            GiftCreation.Refused refused => CreditsRefusals.Of(refused.Why),
            _ => throw new InvalidOperationException(),
        };
    }

    public static async Task<IResult> CreatedAsync(CurrentUser user, GiftList gifts, CancellationToken cancellationToken) =>
        CreditsJson.Ok(await gifts.CreatedByAsync(user.UserId, cancellationToken));

    public static async Task<IResult> ReceivedAsync(CurrentUser user, GiftList gifts, CancellationToken cancellationToken) =>
        CreditsJson.Ok(await gifts.ReceivedByAsync(user.UserId, cancellationToken));

    public static async Task<IResult> RedeemAsync(string code, HttpContext context, CurrentUser user, GiftCodes gifts, CreditsMetrics metrics, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var sourceApp = fields.OptionalText("sourceAppId", 64);
        if (fields.Problem is { } problem)
            return problem;
        var result = GiftCodeText.Normalize(code) is { } normal
            ? await gifts.RedeemAsync(user.UserId, normal, sourceApp, cancellationToken)
            : new GiftRedemptionResult.NotFound();
        if (result is GiftRedemptionResult.NotFound)
            metrics.GiftMissed();
        return result switch
        {
            GiftRedemptionResult.Redeemed redeemed => CreditsJson.Ok(new
            {
                success = true, creditsReceived = redeemed.Credits, credits = redeemed.Credits, newBalance = redeemed.Balance.Available,
                message = redeemed.Gift.Message, creatorName = redeemed.Gift.CreatorName,
            }),
            GiftRedemptionResult.NotFound => UnknownCode,
            GiftRedemptionResult.WrongStatus wrong => CreditsRefusals.InvalidState($"Gift code is {wrong.Status}"),
            GiftRedemptionResult.Expired => CreditsRefusals.InvalidState("Gift code expired"),
            GiftRedemptionResult.Own => CreditsRefusals.InvalidState("You cannot redeem your own gift"),
            GiftRedemptionResult.WrongPerson => new ApiError(403, "forbidden", "This gift is for somebody else"),
            _ => CreditsRefusals.Contention,
        };
    }

    public static async Task<IResult> CancelAsync(string id, CurrentUser user, GiftCodes gifts, CancellationToken cancellationToken) =>
        (Guid.TryParseExact(id, "D", out var gift) ? await gifts.ReturnAsync(gift, user.UserId, GiftCode.Refunded, cancellationToken) : new GiftReturn.NotFound()) switch
        {
            GiftReturn.Returned returned => CreditsJson.Ok(new { success = true, refundedCredits = returned.Credits }),
            GiftReturn.NotFound => UnknownGift,
            GiftReturn.NotActive => CreditsRefusals.InvalidState("Only active gifts can be cancelled"),
            _ => CreditsRefusals.Contention,
        };

    /// <summary>The address in the body is not needed: what counts is the one that the account has proved.</summary>
    public static async Task<IResult> RedeemPendingAsync(HttpContext context, IGiftCodes gifts, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var userId = fields.Text("userId", 64);
        if (fields.Problem is { } problem)
            return problem;
        var pending = await gifts.RedeemPendingAsync(userId, cancellationToken);
        return CreditsJson.Ok(new { redeemed = pending.Redeemed, found = pending.Found, totalCredits = pending.TotalCredits });
    }

    static DateTimeOffset ExpiryOf(RequestFields fields, DateTimeOffset now)
    {
        if (fields.OptionalWhole("expirationDays", 1, LongestDays) is { } days)
            return now.AddDays(days);
        if (fields.OptionalInstant("expiresAt") is not { } instant)
            return now.AddDays(DefaultDays);
        if (instant <= now || instant > now.AddDays(LongestDays))
            fields.Fail("expiresAt", "must be in the future, at most ten years ahead");
        return instant;
    }
}
