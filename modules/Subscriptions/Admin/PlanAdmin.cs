using Mana.Auth.Contracts;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Ids;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Plans;
using Mana.Subscriptions.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Subscriptions.Admin;

/// <summary>Behind <see cref="Policies.User"/>: an account that is an administrator now, whatever its token says.</summary>
internal sealed class AdminOnly(IAccountDirectory accounts) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Features.Get<CurrentUser>() is { } user && await accounts.FindAsync(user.UserId, context.HttpContext.RequestAborted) is { IsAdmin: true }
            ? await next(context)
            : SubscriptionsRefusals.AdminOnly;
}

/// <summary>Plans as administrators see and change them (commerce.md 3.5).</summary>
internal static class PlanAdmin
{
    static readonly ApiError NameTaken = new(409, "conflict", "A plan of this name exists already");

    public static async Task<IResult> PlansAsync(PlanCatalogue catalogue, CancellationToken cancellationToken) =>
        SubscriptionsJson.Ok((await catalogue.AllAsync(cancellationToken)).Select(PlanBody.Of));

    public static async Task<IResult> AddAsync(HttpContext context, SubscriptionsDbContext database, IIdSource ids, TimeProvider time, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var now = time.GetUtcNow();
        var plan = new Plan { Id = ids.NewGuid(), Name = "", MaxTeamMembers = 1, MaxOrganizations = 1, CreatedAt = now, UpdatedAt = now };
        if (!fields.Has("name"))
            fields.Fail("name", "is required");
        Change(plan, fields);
        if (fields.Problem is { } problem)
            return problem;
        database.Plans.Add(plan);
        return await IsStoredAsync(database, cancellationToken) ? SubscriptionsJson.Created(PlanBody.Of(plan)) : NameTaken;
    }

    public static async Task<IResult> ChangeAsync(string planId, HttpContext context, SubscriptionsDbContext database, PlanCatalogue catalogue, TimeProvider time, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        // Who pays the price that goes away keeps the plan.
        await catalogue.PricesAsync(cancellationToken);
        if (!Guid.TryParseExact(planId, "D", out var id) || await database.Plans.SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } plan)
            return SubscriptionsRefusals.NoPlan;
        Change(plan, fields);
        if (fields.Problem is { } problem)
            return problem;
        plan.UpdatedAt = time.GetUtcNow();
        return await IsStoredAsync(database, cancellationToken) ? SubscriptionsJson.Ok(PlanBody.Of(plan)) : NameTaken;
    }

    /// <summary>What somebody may have stays, out of sight.</summary>
    public static async Task<IResult> RemoveAsync(string planId, SubscriptionsDbContext database, TimeProvider time, CancellationToken cancellationToken) =>
        Guid.TryParseExact(planId, "D", out var id) && await database.Plans.Where(row => row.Id == id && !row.IsDefault)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Active, false).SetProperty(row => row.UpdatedAt, time.GetUtcNow()), cancellationToken) > 0
            ? SubscriptionsJson.Ok(new { success = true })
            : SubscriptionsRefusals.NoPlan;

    static void Change(Plan plan, RequestFields fields)
    {
        plan.Name = fields.OptionalText("name", 100) ?? plan.Name;
        plan.Description = fields.OptionalText("description", 500) ?? plan.Description;
        plan.MonthlyCredits = fields.OptionalWhole("monthlyCredits", 0, 1_000_000) ?? plan.MonthlyCredits;
        plan.PriceMonthlyEuroCents = fields.OptionalWhole("priceMonthlyEuroCents", 0, 10_000_000) ?? plan.PriceMonthlyEuroCents;
        plan.PriceYearlyEuroCents = fields.OptionalWhole("priceYearlyEuroCents", 0, 100_000_000) ?? plan.PriceYearlyEuroCents;
        // A price that is named as null is none of its own: that of the configuration holds again, if there is one.
        if (fields.Has("stripePriceIdMonthly"))
            plan.StripePriceIdMonthly = fields.OptionalText("stripePriceIdMonthly", 255);
        if (fields.Has("stripePriceIdYearly"))
            plan.StripePriceIdYearly = fields.OptionalText("stripePriceIdYearly", 255);
        plan.StripeProductId = fields.OptionalText("stripeProductId", 255) ?? plan.StripeProductId;
        plan.Features = fields.OptionalTexts("features") ?? plan.Features;
        // A limit that is named as null is none.
        if (fields.Has("maxTeamMembers"))
            plan.MaxTeamMembers = fields.OptionalWhole("maxTeamMembers", 1, 1_000_000);
        if (fields.Has("maxOrganizations"))
            plan.MaxOrganizations = fields.OptionalWhole("maxOrganizations", 1, 1_000_000);
        plan.IsEnterprise = fields.OptionalFlag("isEnterprise") ?? plan.IsEnterprise;
        plan.Active = fields.OptionalFlag("active") ?? plan.Active;
        plan.SortOrder = fields.OptionalWhole("sortOrder", 0, 10_000) ?? plan.SortOrder;
    }

    static async Task<bool> IsStoredAsync(SubscriptionsDbContext database, CancellationToken cancellationToken)
    {
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException taken) when (taken.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }
    }
}
