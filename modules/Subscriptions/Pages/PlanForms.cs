using Mana.Auth.Contracts;
using Mana.Kernel.Identity;
using Mana.Kernel.Pages;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Billing;
using Mana.Subscriptions.Data;
using Mana.Subscriptions.Plans;
using Microsoft.AspNetCore.Http;

namespace Mana.Subscriptions.Pages;

/// <summary>What people do on the page of their plan; the same services as behind the API.</summary>
internal static class PlanForms
{
    public static async Task<IResult> SubscribeAsync(AccountPage page, CurrentUser user, Checkout checkout, PlanOverview overview, CancellationToken cancellationToken)
    {
        var (plan, interval, _) = await WishAsync(page);
        var (success, cancel) = (page.Absolute(PlanPages.Path + "?done=subscribed"), page.Absolute(PlanPages.Path + "?done=cancelled"));
        var (problem, status) = await checkout.BeginAsync(user.UserId, user.Email, plan, interval, success, cancel, cancellationToken) switch
        {
            CheckoutResult.Ready ready => (ready.Url, 0),
            CheckoutResult.NoPlan or CheckoutResult.FreePlan or CheckoutResult.NoPrice => (page["Diesen Plan kann man gerade nicht abonnieren.", "This plan cannot be subscribed to at the moment."], 400),
            CheckoutResult.AlreadySubscribed => (page["Du hast schon ein Abo. Wechsle es, statt ein zweites anzufangen.", "You have a plan already. Change it instead of beginning a second one."], 409),
            _ => (Later(page), 502),
        };
        return status == 0 ? page.GoOn(problem) : await SayAsync(page, user, overview, problem, status, cancellationToken);
    }

    /// <summary>First what it costs, then, when that was confirmed, the change.</summary>
    public static async Task<IResult> ChangeAsync(AccountPage page, CurrentUser user, Changes changes, PlanCatalogue catalogue, PlanOverview overview, CancellationToken cancellationToken)
    {
        var (id, interval, isSure) = await WishAsync(page);
        var result = await changes.ChangeAsync(user.UserId, id, interval, onlyPreview: !isSure, cancellationToken);
        if (result is ChangeResult.Preview { Invoice: var invoice } && await catalogue.FindAsync(id, cancellationToken) is { } plan)
            return PlanOffers.Preview(page, plan, interval, invoice);
        return await AnswerAsync(page, user, overview, result, "changed", cancellationToken);
    }

    public static async Task<IResult> CancelAsync(AccountPage page, CurrentUser user, Changes changes, PlanOverview overview, CancellationToken cancellationToken) =>
        await AnswerAsync(page, user, overview, await changes.CancelAsync(user.UserId, cancellationToken), "ends", cancellationToken);

    public static async Task<IResult> ReactivateAsync(AccountPage page, CurrentUser user, Changes changes, PlanOverview overview, CancellationToken cancellationToken) =>
        await AnswerAsync(page, user, overview, await changes.ReactivateAsync(user.UserId, cancellationToken), "goes-on", cancellationToken);

    public static async Task<IResult> PortalAsync(AccountPage page, CurrentUser user, Checkout checkout, PlanOverview overview, CancellationToken cancellationToken) =>
        await checkout.PortalAsync(user.UserId, page.Absolute(PlanPages.Path), cancellationToken) switch
        {
            StripeResult<StripePortalSession>.Ok { Value.Url: { } place } => page.GoOn(place),
            null => AccountPage.SeeOther(PlanPages.Path),
            _ => await SayAsync(page, user, overview, Later(page), 502, cancellationToken),
        };

    static async Task<IResult> AnswerAsync(AccountPage page, CurrentUser user, PlanOverview overview, ChangeResult result, string done, CancellationToken cancellationToken) => result switch
    {
        ChangeResult.Done => AccountPage.SeeOther($"{PlanPages.Path}?done={done}"),
        // A second click finds it as it was wanted.
        ChangeResult.SamePlan or ChangeResult.NoSubscription => AccountPage.SeeOther(PlanPages.Path),
        ChangeResult.Unpaid => await SayAsync(page, user, overview, page["Die Zahlung wurde abgelehnt. Es bleibt alles, wie es war.", "The payment was declined. Everything stays as it was."], 402, cancellationToken),
        ChangeResult.NoPlan or ChangeResult.NoPrice => await SayAsync(page, user, overview, page["Zu diesem Plan kann man gerade nicht wechseln.", "You cannot change to this plan at the moment."], 400, cancellationToken),
        _ => await SayAsync(page, user, overview, Later(page), 502, cancellationToken),
    };

    static async Task<IResult> SayAsync(AccountPage page, CurrentUser user, PlanOverview overview, string problem, int status, CancellationToken cancellationToken) =>
        PlanPage.Show(page, await overview.OfAsync(user.UserId, cancellationToken), Controls.Problem(problem), status);

    static string Later(AccountPage page) => page["Stripe antwortet gerade nicht. Bitte versuche es später noch einmal.", "Stripe does not answer at the moment. Please try again later."];

    static async Task<(Guid Plan, string Interval, bool IsSure)> WishAsync(AccountPage page)
    {
        var form = await page.FormAsync();
        var plan = Guid.TryParseExact(form["plan"].ToString(), "D", out var id) ? id : Guid.Empty;
        return (plan, form["interval"] == SubscriptionRow.Yearly ? SubscriptionRow.Yearly : SubscriptionRow.Monthly, form["sure"] == "true");
    }
}
