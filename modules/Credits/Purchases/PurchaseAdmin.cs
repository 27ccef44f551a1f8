using Mana.Credits.Data;
using Mana.Credits.Wire;
using Mana.Kernel.Database;
using Mana.Kernel.Errors;
using Mana.Kernel.Ids;
using Mana.Payments.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Credits.Purchases;

/// <summary>What administrators do with packs and purchases (commerce.md 3.5).</summary>
internal static class PurchaseAdmin
{
    static readonly ApiError NoPackage = CreditsRefusals.NotFound("Package not found");
    static readonly string[] Statuses =
        [Purchase.Pending, Purchase.Processing, Purchase.Completed, Purchase.PartiallyRefunded, Purchase.Refunded, Purchase.Disputed, Purchase.Failed, Purchase.Cancelled];

    public static async Task<IResult> PurchasesAsync(CreditsDbContext database, string? status, string? limit, string? offset, CancellationToken cancellationToken)
    {
        if (!Query.TryPage(limit, offset, 50, out var rows, out var skip))
            return CreditsRefusals.Validation("limit", "and offset must be whole numbers");
        if (status is not null && !Statuses.Contains(status))
            return CreditsRefusals.Validation("status", "must be one of " + string.Join(", ", Statuses));
        var found = await database.Purchases.AsNoTracking().Where(row => status == null || row.Status == status).OrderByDescending(row => row.CreatedAt).ThenBy(row => row.Id)
            .Skip(skip).Take(rows).ToListAsync(cancellationToken);
        return CreditsJson.Ok(found.Select(PurchaseBody.Of));
    }

    /// <summary>Gives money back; the credits follow as they do for every refund that Stripe tells of.</summary>
    public static async Task<IResult> RefundAsync(string purchaseId, HttpContext context, CreditsDbContext database, IStripeApi stripe, PurchaseRefresh refresh, NamedLocks locks, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var cents = fields.OptionalWhole("amountEuroCents", 1, 10_000_000);
        var reference = fields.Text("referenceId", 64);
        // It goes into a header.
        if (reference.Any(letter => letter is < ' ' or > '~'))
            fields.Fail("referenceId", "must be of printable ASCII characters");
        if (fields.Problem is { } problem)
            return problem;
        var purchase = Guid.TryParseExact(purchaseId, "D", out var id) ? await database.Purchases.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) : null;
        if (purchase is not { StripePaymentIntentId: { } intent })
            return CreditsRefusals.NotFound("Purchase not found");
        if (!purchase.IsPaid)
            return CreditsRefusals.InvalidState($"Purchase is {purchase.Status}");
        var refunded = await RefundOnceAsync(stripe, locks, purchase, intent, cents, reference, cancellationToken);
        if (refunded is StripeResult<StripeRefund>.Invalid)
            return CreditsRefusals.InvalidState("This amount cannot be refunded");
        if (refunded is not StripeResult<StripeRefund>.Ok { Value: var refund })
            return StripeRefusals.Of(refunded);
        if (cents is { } wanted && wanted != refund.Amount)
            return CreditsRefusals.InvalidState($"This reference gave back {refund.Amount} cents already");
        await refresh.RefreshAsync(intent, cancellationToken);
        return CreditsJson.Ok(new { success = true, refundId = refund.Id, amountEuroCents = refund.Amount, status = refund.Status });
    }

    /// <summary>Stripe forgets a key after a day, a refund never: what carries the reference is looked for first, one caller at a time.</summary>
    static async Task<StripeResult<StripeRefund>> RefundOnceAsync(
        IStripeApi stripe, NamedLocks locks, Purchase purchase, string intent, int? cents, string reference, CancellationToken cancellationToken)
    {
        await using var turn = await locks.TakeAsync("purchase:" + intent, cancellationToken);
        var asked = await stripe.ListRefundsAsync(intent, cancellationToken);
        if (asked is not StripeResult<StripePage<StripeRefund>>.Ok { Value.Items: var known })
            return asked.Map(page => page.Items[0]);
        if (known.FirstOrDefault(one => one.Metadata.GetValueOrDefault("referenceId") == reference) is { } found)
            return new StripeResult<StripeRefund>.Ok(found);
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["purchaseId"] = purchase.Id.ToString(), ["referenceId"] = reference };
        return await stripe.CreateRefundAsync(new NewRefund(intent, cents, facts), $"re:{purchase.Id}:{reference}", cancellationToken);
    }

    public static async Task<IResult> PackagesAsync(CreditsDbContext database, CreditsOptions options, CancellationToken cancellationToken) =>
        CreditsJson.Ok((await database.Packages.AsNoTracking().OrderBy(row => row.SortOrder).ThenBy(row => row.Id).ToListAsync(cancellationToken)).Select(row => PackageBody.Of(row, options)));

    public static async Task<IResult> AddPackageAsync(HttpContext context, CreditsDbContext database, CreditsOptions options, IIdSource ids, TimeProvider time, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var now = time.GetUtcNow();
        var package = new Package { Id = ids.NewGuid(), Name = fields.Text("name", 100), Credits = 1, PriceEuroCents = 1, CreatedAt = now, UpdatedAt = now };
        Change(package, fields, isNew: true);
        if (fields.Problem is { } problem)
            return problem;
        database.Packages.Add(package);
        return await StoredAsync(database, cancellationToken) ?? CreditsJson.Created(PackageBody.Of(package, options));
    }

    public static async Task<IResult> ChangePackageAsync(string packageId, HttpContext context, CreditsDbContext database, CreditsOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        if (!Guid.TryParseExact(packageId, "D", out var id) || await database.Packages.SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } package)
            return NoPackage;
        package.Name = fields.OptionalText("name", 100, shortest: 1) ?? package.Name;
        Change(package, fields, isNew: false);
        if (fields.Problem is { } problem)
            return problem;
        package.UpdatedAt = time.GetUtcNow();
        return await StoredAsync(database, cancellationToken) ?? CreditsJson.Ok(PackageBody.Of(package, options));
    }

    /// <summary>What was ever sold stays, out of sight: purchases name it.</summary>
    public static async Task<IResult> RemovePackageAsync(string packageId, CreditsDbContext database, TimeProvider time, CancellationToken cancellationToken) =>
        Guid.TryParseExact(packageId, "D", out var id) && await database.Packages.Where(row => row.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Active, false).SetProperty(row => row.UpdatedAt, time.GetUtcNow()), cancellationToken) > 0
            ? CreditsJson.Ok(new { success = true })
            : NoPackage;

    static void Change(Package package, RequestFields fields, bool isNew)
    {
        if (isNew && !fields.Has("credits"))
            fields.Fail("credits", "is required");
        if (isNew && !fields.Has("priceEuroCents"))
            fields.Fail("priceEuroCents", "is required");
        package.Credits = fields.OptionalWhole("credits", 1, 1_000_000) ?? package.Credits;
        // Stripe takes nothing below 50 cents.
        package.PriceEuroCents = fields.OptionalWhole("priceEuroCents", 50, 10_000_000) ?? package.PriceEuroCents;
        package.Description = fields.OptionalText("description", 500) ?? package.Description;
        // One that is named as null is none of its own.
        if (fields.Names("stripePriceId"))
            package.StripePriceId = fields.OptionalText("stripePriceId", 255, shortest: 1);
        package.Active = fields.OptionalFlag("active") ?? package.Active;
        package.SortOrder = fields.OptionalWhole("sortOrder", 0, 10_000) ?? package.SortOrder;
    }

    static async Task<ApiError?> StoredAsync(CreditsDbContext database, CancellationToken cancellationToken)
    {
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateException taken) when (taken.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return new ApiError(409, "conflict", "A package of this name exists already");
        }
    }
}
