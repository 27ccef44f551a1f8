using Mana.Auth.Contracts;
using Mana.Kernel.Pages;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Data;
using Microsoft.AspNetCore.Http;

namespace Mana.Subscriptions.Pages;

/// <summary>The plans, each with a button for a month and one for a year; and what a change would cost before it is made.</summary>
internal static class PlanOffers
{
    public static Markup Of(AccountPage page, PlanView view)
    {
        var plans = view.Plans.Select(plan => Markup.Of($"""
            <li class="offer"{(plan.Id == view.Live?.PlanId ? new Markup(" aria-current=\"true\"") : Markup.None)}>
            <div><strong>{plan.Name}</strong><br><small>{page[$"{plan.MonthlyCredits.ToString("#,0", page.Culture)} Mana im Monat", $"{plan.MonthlyCredits.ToString("#,0", page.Culture)} Mana a month"]}<br>
            {page["Personen", "People"]}: {PlanPage.Limit(page, plan.MaxTeamMembers)}<br>Spaces: {PlanPage.Limit(page, plan.MaxOrganizations)}</small></div>
            {page.Form(view.Live is null ? PlanPages.SubscribePath : PlanPages.ChangePath, Markup.Of($"{Controls.Hidden("plan", plan.Id.ToString())}{Button(page, view, plan, SubscriptionRow.Monthly)}{Button(page, view, plan, SubscriptionRow.Yearly)}"))}</li>
            """));
        return AccountPage.Card(page["Pläne", "Plans"], view.CanBuy ? Markup.Of($"<ul class=\"offers\">{plans}</ul>") : Markup.Of($"<p>{page["Hier kann gerade nichts abonniert werden.", "Nothing can be subscribed to here at the moment."]}</p>"),
            view.Live is null ? page["Bezahlt wird bei Stripe, mit Karte oder Lastschrift. Kündigen geht jederzeit.", "You pay at Stripe, by card or bank debit. Cancel whenever you like."]
                : page["Vor einem Wechsel siehst du, was er heute kostet.", "Before a change you see what it costs today."], "plans");
    }

    /// <summary>Asks once more, with the price of it.</summary>
    public static IResult Preview(AccountPage page, Plan plan, string interval, StripeInvoice invoice)
    {
        var (yearly, due) = (interval == SubscriptionRow.Yearly, page.Euro(invoice.AmountDue));
        var price = yearly ? page[$"{page.Euro(plan.PriceYearlyEuroCents)} im Jahr", $"{page.Euro(plan.PriceYearlyEuroCents)} a year"] : page[$"{page.Euro(plan.PriceMonthlyEuroCents)} im Monat", $"{page.Euro(plan.PriceMonthlyEuroCents)} a month"];
        var lines = invoice.Lines.Select(line => Markup.Of($"<li><div>{line.Description}</div><span class=\"sum\">{page.Euro(line.Amount)}</span></li>"));
        return page.Show(PlanPages.Path, page[$"Zu {plan.Name} wechseln", $"Change to {plan.Name}"], Markup.Of($"""
            <section class="card">
            <p class="lead">{(invoice.AmountDue > 0 ? page[$"Heute zu zahlen: {due}. Danach {price}.", $"To pay today: {due}. Then {price}."] : page[$"Heute ist nichts zu zahlen. Danach {price}.", $"Nothing to pay today. Then {price}."])}</p>
            {(invoice.Lines.Count == 0 ? Markup.None : Markup.Of($"<ul class=\"rows\">{lines}</ul>"))}
            <div class="buttons">{page.Form(PlanPages.ChangePath, Markup.Of($"{Controls.Hidden("plan", plan.Id.ToString())}{Controls.Hidden("interval", interval)}{Controls.Hidden("sure", "true")}{Controls.Button(page["Jetzt wechseln", "Change now"])}"), "inline")}
            {Controls.Link(PlanPages.Path, page["Lieber nicht", "Rather not"])}</div>
            </section>
            """));
    }

    static Markup Button(AccountPage page, PlanView view, Plan plan, string interval)
    {
        if (plan.PriceEuroCents(interval) == 0)
            return Markup.None;
        if (view.Live is { } live && live.PlanId == plan.Id && live.BillingInterval == interval)
            return Markup.Of($"<span class=\"fine\">{page["Das hast du.", "You have this."]}</span>");
        var price = page.Euro(plan.PriceEuroCents(interval));
        var text = interval == SubscriptionRow.Yearly ? page[$"{price} im Jahr", $"{price} a year"] : page[$"{price} im Monat", $"{price} a month"];
        return Markup.Of($"""<button type="submit" name="interval" value="{interval}" class="{(interval == SubscriptionRow.Yearly ? "secondary" : "primary")}" aria-label="{plan.Name}: {text}">{text}</button>""");
    }
}
