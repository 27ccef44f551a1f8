using FsCheck;
using FsCheck.Fluent;
using Mana.Credits.Contracts;
using Mana.Payments.Contracts;

namespace Mana.Credits.Tests.Purchases;

/// <summary>commerce.md 17, scenarios 59–62: money that goes back takes its credits along.</summary>
public sealed class ReversalScenarios(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task Scenario_59_half_the_money_takes_half_the_credits()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BoughtAsync(person);
        var half = shop.Refund(intent, 245);
        await shop.TellAsync("refund.created", half.Id);
        Assert.Equal(("partially_refunded", 175), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
        Assert.IsType<StripeOutcome.Unchanged>(await shop.TellAsync("refund.updated", half.Id));
        Assert.Equal(175, await shop.CreditsOfAsync(person));
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        await shop.TellAsync("refund.created", shop.Refund(intent, 245).Id);
        Assert.Equal(("refunded", 0), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
        var line = (await person.GetAsync("credits/transactions")).Ok().Body[0];
        Assert.Equal(("clawback", -175), (line.GetProperty("type").GetString(), line.GetProperty("amount").GetInt32()));
        await shop.IsSoundAsync();
    }

    [Fact]
    public async Task Scenario_60_what_was_spent_is_owed()
    {
        var person = await shop.PersonAsync();
        var (_, intent) = await shop.BoughtAsync(person);
        (await person.UseAsync(250)).Ok();
        await shop.TellAsync("refund.created", shop.Refund(intent, 490).Id);
        Assert.Equal(-250, await shop.CreditsOfAsync(person));
        var refused = (await person.UseAsync(1)).Refused(402, "insufficient_credits");
        Assert.Equal(0, refused.Number("details", "available"));
        await shop.BoughtAsync(person);
        Assert.Equal(100, await shop.CreditsOfAsync(person));
        (await person.UseAsync(1)).Ok();
    }

    [Fact]
    public async Task Scenario_61_a_refund_that_fails_gives_the_credits_back()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BoughtAsync(person);
        var refund = shop.Refund(intent, 490, "pending");
        await shop.TellAsync("refund.created", refund.Id);
        Assert.Equal(0, await shop.CreditsOfAsync(person));
        shop.Stripe.Change<StripeRefund>(refund.Id, now => now with { Status = "failed" });
        await shop.TellAsync("refund.failed", refund.Id);
        Assert.Equal(("completed", 350), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
    }

    [Theory]
    [InlineData("won", "completed", 350)]
    [InlineData("lost", "refunded", 0)]
    public async Task Scenario_62_a_dispute_takes_all_until_it_is_won(string end, string status, long credits)
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BoughtAsync(person);
        var dispute = shop.Dispute(intent);
        await shop.TellAsync("charge.dispute.created", dispute.Id);
        await shop.TellAsync("charge.dispute.funds_withdrawn", dispute.Id);
        Assert.Equal(("disputed", 0), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
        shop.Stripe.Change<StripeDispute>(dispute.Id, now => now with { Status = end });
        await shop.TellAsync("charge.dispute.closed", dispute.Id);
        await shop.TellAsync("charge.dispute.funds_reinstated", dispute.Id);
        Assert.Equal((status, credits), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));

        // This person pays by card from now on.
        await shop.BegunAsync(person);
        Assert.Equal(["card"], shop.Stripe.LastIntent!.PaymentMethodTypes);
    }

    [Fact]
    public async Task A_warning_moves_no_money_and_no_credits()
    {
        var person = await shop.PersonAsync();
        var (purchase, intent) = await shop.BoughtAsync(person);
        await shop.TellAsync("charge.dispute.created", shop.Dispute(intent, "warning_needs_response").Id);
        Assert.Equal(("completed", 350), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
    }

    [Fact]
    public async Task An_administrator_gives_money_back_once_per_reference()
    {
        var (admin, person) = (await shop.AdminAsync(), await shop.PersonAsync());
        var (purchase, _) = await shop.BoughtAsync(person);
        for (var i = 0; i < 2; i++)
            (await admin.PostAsync($"admin/credits/purchases/{purchase}/refund", new { amountEuroCents = 245, referenceId = "ticket-1" })).Ok();
        Assert.Equal(("partially_refunded", 175), (await shop.StatusAsync(purchase), await shop.CreditsOfAsync(person)));
        Assert.Equal("partially_refunded", (await admin.GetAsync("admin/credits/purchases?status=partially_refunded")).Ok().Body[0].GetProperty("status").GetString());
        (await person.PostAsync($"admin/credits/purchases/{purchase}/refund", new { referenceId = "x" })).Refused(403, "forbidden");
    }

    /// <summary>However the news is cut into pieces, the person ends with what the last state says, and nothing is ever booked under one key twice.</summary>
    [Fact]
    public void Whatever_is_heard_on_the_way_the_end_is_the_same() => Prop.ForAll((
        from price in Gen.Choose(50, 5000)
        from credits in Gen.Choose(1, 3000)
        from amounts in Gen.Choose(1, 5000).ListOf(4)
        from ends in Gen.Elements("succeeded", "failed", "pending").ListOf(4)
        from verdicts in Gen.Elements("needs_response", "won", "lost", "warning_closed").ListOf(2)
        from stops in Gen.Choose(0, 12).ListOf(5)
        select (price, credits, Amounts: amounts.ToArray(), Ends: ends.ToArray(), Verdicts: verdicts.ToArray(), Stops: stops.ToArray())).ToArbitrary(), story =>
    {
        var at = ClockedFixture.Start;
        (StripeRefund[] Refunds, StripeDispute[] Disputes) After(int step)
        {
            StripeRefund Refund(int i) => new() { Id = $"re{i}", Amount = story.Amounts[i], Currency = "eur", Status = step > 6 + i ? story.Ends[i] : "pending", CreatedAt = at.AddDays(i) };
            StripeDispute Dispute(int i) => new() { Id = $"dp{i}", Amount = story.price, Currency = "eur", Status = step > 10 + i ? story.Verdicts[i] : story.Verdicts[i] == "warning_closed" ? "warning_under_review" : "under_review", CreatedAt = at.AddDays(4 + i) };
            return ([.. Enumerable.Range(0, Math.Min(step, 4)).Select(Refund)], [.. Enumerable.Range(0, Math.Clamp(step - 4, 0, 2)).Select(Dispute)]);
        }

        int Play(IEnumerable<int> steps)
        {
            var booked = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var step in steps)
            {
                var (refunds, disputes) = After(step);
                foreach (var entry in ReversalPlan.For("p", story.credits, story.price, refunds, disputes, booked))
                    booked.Add(entry.BusinessKey, entry.Credits);
                Assert.Empty(ReversalPlan.For("p", story.credits, story.price, refunds, disputes, booked));
            }

            Assert.InRange(-booked.Values.Sum(), 0, story.credits);
            return booked.Values.Sum();
        }

        Assert.Equal(Play([12]), Play([.. story.Stops.Order(), 12]));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20261120, 1));
}
