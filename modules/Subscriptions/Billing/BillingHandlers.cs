using System.Globalization;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Network;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Current;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Plans;
using Mana.Subscriptions.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mana.Subscriptions.Billing;

/// <summary>commerce.md 6.2.</summary>
internal sealed record InvoiceBody(
    Guid Id, string UserId, Guid SubscriptionId, string StripeInvoiceId, string? StripeCustomerId, string? Number, string? Status, int AmountDueEuroCents, int AmountPaidEuroCents,
    string Currency, string? HostedInvoiceUrl, string? InvoicePdfUrl, DateTimeOffset? PeriodStart, DateTimeOffset? PeriodEnd, DateTimeOffset? DueDate, DateTimeOffset? PaidAt, object? Metadata,
    DateTimeOffset CreatedAt)
{
    public static InvoiceBody Of(InvoiceRow row) => new(
        row.Id, row.UserId, row.SubscriptionId, row.StripeInvoiceId, row.StripeCustomerId, row.Number, row.Status, row.AmountDueEuroCents, row.AmountPaidEuroCents, row.Currency,
        row.HostedInvoiceUrl, row.InvoicePdfUrl, row.PeriodStart, row.PeriodEnd, row.DueDate, row.PaidAt, null, row.CreatedAt);
}

/// <summary>Routes of people (commerce.md 6.3) and of services (6.4).</summary>
internal static class BillingHandlers
{
    public static async Task<IResult> PlansAsync(PlanCatalogue catalogue, CancellationToken cancellationToken) =>
        SubscriptionsJson.Ok((await catalogue.AllAsync(cancellationToken)).Where(plan => plan.Active).Select(PlanBody.Of));

    public static async Task<IResult> PlanAsync(string planId, PlanCatalogue catalogue, CancellationToken cancellationToken) =>
        Guid.TryParseExact(planId, "D", out var id) && await catalogue.FindAsync(id, cancellationToken) is { } plan ? SubscriptionsJson.Ok(PlanBody.Of(plan)) : SubscriptionsRefusals.NoPlan;

    public static async Task<IResult> CurrentAsync(CurrentUser user, CurrentSubscriptions current, CancellationToken cancellationToken) =>
        SubscriptionsJson.Ok(await current.OfAsync(user.UserId, cancellationToken));

    public static async Task<IResult> CurrentOfAsync(string userId, CurrentSubscriptions current, CancellationToken cancellationToken) =>
        SubscriptionsJson.Ok(await current.OfAsync(userId, cancellationToken));

    public static async Task<IResult> LimitsOfAsync(string userId, CurrentSubscriptions current, CancellationToken cancellationToken)
    {
        var plan = (await current.OfAsync(userId, cancellationToken)).Plan;
        return SubscriptionsJson.Ok(new { maxTeamMembers = plan.MaxTeamMembers, maxOrganizations = plan.MaxOrganizations });
    }

    public static async Task<IResult> CheckoutAsync(HttpContext context, CurrentUser user, Checkout checkout, TrustedOrigins origins, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var (plan, interval) = (fields.Id("planId"), Interval(fields));
        var (success, cancel) = (fields.Page("successUrl", origins), fields.Page("cancelUrl", origins));
        if (fields.Problem is { } problem)
            return problem;
        return await checkout.BeginAsync(user.UserId, user.Email, plan, interval, success, cancel, cancellationToken) switch
        {
            CheckoutResult.Ready ready => SubscriptionsJson.Ok(new { sessionId = ready.SessionId, url = ready.Url }),
            CheckoutResult.NoPlan => SubscriptionsRefusals.NoPlan,
            CheckoutResult.FreePlan => SubscriptionsRefusals.FreePlan,
            CheckoutResult.NoPrice => SubscriptionsRefusals.NoPrice,
            CheckoutResult.AlreadySubscribed => SubscriptionsRefusals.AlreadySubscribed,
            CheckoutResult.NotConfigured => StripeRefusals.NotConfigured,
            _ => StripeRefusals.Failed,
        };
    }

    public static async Task<IResult> PortalAsync(HttpContext context, CurrentUser user, Checkout checkout, TrustedOrigins origins, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var page = fields.Page("returnUrl", origins);
        if (fields.Problem is { } problem)
            return problem;
        return await checkout.PortalAsync(user.UserId, page, cancellationToken) switch
        {
            null => SubscriptionsRefusals.NoCustomer,
            StripeResult<StripePortalSession>.Ok ok => SubscriptionsJson.Ok(new { url = ok.Value.Url }),
            var refused => StripeRefusals.Of(refused),
        };
    }

    public static async Task<IResult> CancelAsync(CurrentUser user, Changes changes, CancellationToken cancellationToken) =>
        await changes.CancelAsync(user.UserId, cancellationToken) switch
        {
            ChangeResult.Done done => SubscriptionsJson.Ok(new { success = true, cancelAtPeriodEnd = done.Row.CancelAtPeriodEnd, currentPeriodEnd = done.Row.CurrentPeriodEnd }),
            var refused => Refusal(refused, SubscriptionsRefusals.NoSubscription),
        };

    public static async Task<IResult> ReactivateAsync(CurrentUser user, Changes changes, CancellationToken cancellationToken) =>
        await changes.ReactivateAsync(user.UserId, cancellationToken) switch
        {
            ChangeResult.Done => SubscriptionsJson.Ok(new { success = true }),
            var refused => Refusal(refused, SubscriptionsRefusals.NothingToReactivate),
        };

    public static Task<IResult> ChangeAsync(HttpContext context, CurrentUser user, Changes changes, CurrentSubscriptions current, CancellationToken cancellationToken) =>
        ChangeAsync(context, user, changes, current, onlyPreview: false, cancellationToken);

    public static Task<IResult> PreviewAsync(HttpContext context, CurrentUser user, Changes changes, CurrentSubscriptions current, CancellationToken cancellationToken) =>
        ChangeAsync(context, user, changes, current, onlyPreview: true, cancellationToken);

    static async Task<IResult> ChangeAsync(HttpContext context, CurrentUser user, Changes changes, CurrentSubscriptions current, bool onlyPreview, CancellationToken cancellationToken)
    {
        var fields = await RequestFields.ReadAsync(context);
        var (plan, interval) = (fields.Id("planId"), Interval(fields));
        if (fields.Problem is { } problem)
            return problem;
        return await changes.ChangeAsync(user.UserId, plan, interval, onlyPreview, cancellationToken) switch
        {
            ChangeResult.Done => SubscriptionsJson.Ok(await current.OfAsync(user.UserId, cancellationToken)),
            ChangeResult.Preview preview => SubscriptionsJson.Ok(new
            {
                amountDueEuroCents = preview.Invoice.AmountDue, totalEuroCents = preview.Invoice.Total, currency = preview.Invoice.Currency,
                lines = preview.Invoice.Lines.Select(line => new { amountEuroCents = line.Amount, description = line.Description, proration = line.Proration, periodStart = line.PeriodStart, periodEnd = line.PeriodEnd }),
            }),
            var refused => Refusal(refused, SubscriptionsRefusals.NoSubscription),
        };
    }

    public static async Task<IResult> InvoicesAsync(CurrentUser user, SubscriptionsDbContext database, string? limit, CancellationToken cancellationToken)
    {
        var rows = 20;
        if (!string.IsNullOrEmpty(limit) && !int.TryParse(limit, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out rows))
            return SubscriptionsRefusals.Validation("limit", "must be a whole number");
        var invoices = await database.Invoices.AsNoTracking().Where(row => row.UserId == user.UserId).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            .Take(Math.Clamp(rows, 1, 200)).ToListAsync(cancellationToken);
        return SubscriptionsJson.Ok(invoices.Select(InvoiceBody.Of));
    }

    static string Interval(RequestFields fields) => fields.Choice("billingInterval", SubscriptionRow.Monthly, SubscriptionRow.Monthly, SubscriptionRow.Yearly) ?? SubscriptionRow.Monthly;

    static ApiError Refusal(ChangeResult result, ApiError none) => result switch
    {
        ChangeResult.NoSubscription => none,
        ChangeResult.NoPlan => SubscriptionsRefusals.NoPlan,
        ChangeResult.NoPrice => SubscriptionsRefusals.NoPrice,
        ChangeResult.SamePlan => SubscriptionsRefusals.SamePlan,
        ChangeResult.Unpaid => SubscriptionsRefusals.Unpaid,
        ChangeResult.NotConfigured => StripeRefusals.NotConfigured,
        _ => StripeRefusals.Failed,
    };
}
