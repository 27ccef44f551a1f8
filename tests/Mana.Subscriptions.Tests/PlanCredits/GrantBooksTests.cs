using Mana.Subscriptions.Data;
using Mana.Subscriptions.PlanCredits;

namespace Mana.Subscriptions.Tests.PlanCredits;

/// <summary>
/// Thousands of lives of a year that is changed to and fro, with money that goes back and comes again, without a database: however often and in whatever order one looks,
/// the same is left of every invoice, and never more than its money is worth. A life that fails is named by its seed.
/// </summary>
public sealed class GrantBooksTests
{
    const int Lives = 2000;
    static readonly DateTimeOffset Start = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);
    static readonly DateTimeOffset End = Start.AddYears(1);
    static readonly int[] Plans = [500, 1000, 2000, 4000];

    /// <summary>An invoice, when it was paid, and what became of its money from when on.</summary>
    sealed record Bought(InvoiceRow Row, DateTimeOffset PaidAt, List<(DateTimeOffset At, int Refunded, bool IsDisputed)> Money);

    [Fact]
    public void In_every_order_the_same_is_left_of_every_invoice()
    {
        for (var seed = 1; seed <= Lives; seed++)
        {
            var expected = Play(seed, null, life => life);
            for (var order = 1; order <= 3; order++)
                Assert.True(expected.SequenceEqual(Play(seed, new Random((seed * 10) + order), life => life)), $"Life {seed}, order {order}: {string.Join(' ', expected)}");
        }
    }

    /// <summary>Of what is bought with the balance that one of them left there is something left: its money did not go back.</summary>
    [Fact]
    public void When_all_payments_went_back_nothing_is_left_of_them_and_nothing_more_is_taken()
    {
        for (var seed = 1; seed <= Lives; seed++)
        {
            var life = Life(seed);
            foreach (var (i, left) in Play(seed, new Random(seed), AllDisputed).Index())
                Assert.True(life[i].Row.TotalEuroCents > 0 ? left == 0 : left >= 0, $"Life {seed}, invoice {i}: {left}");
        }

        static List<Bought> AllDisputed(List<Bought> life)
        {
            foreach (var bought in life)
            {
                bought.Row.AmountPaidEuroCents = Math.Max(0, bought.Row.TotalEuroCents);
                bought.Money.Add((End, 0, true));
            }

            return life;
        }
    }

    [Fact]
    public void No_month_gives_more_than_the_dearest_plan_and_all_that_was_paid_is_given()
    {
        for (var seed = 1; seed <= Lives; seed++)
        {
            var left = Play(seed, new Random(seed), life => [.. life.Select(bought => bought with { Money = [] })]).Sum();
            var life = Life(seed);
            // Of a life without downgrades that give money back, and without a new period: the year of the plan that it began with is the least.
            if (life.Skip(1).All(bought => bought.Row.Prorations!.Sum(part => part.Credits) >= 0 && bought.Row.CoversFrom is null))
                Assert.True(left >= 12 * life[0].Row.MonthlyCredits, $"Life {seed}: {left}");
            Assert.True(left <= 13 * 4000, $"Life {seed}: {left}");
        }
    }

    /// <summary>What is left of each invoice of a life.</summary>
    /// <param name="random">Null: one look, when all is over.</param>
    static List<int> Play(int seed, Random? random, Func<List<Bought>, List<Bought>> change)
    {
        var (life, grants) = (change(Life(seed)), new List<PlanGrant>());
        var (seen, heard) = (Start.AddDays(-1), life.ConvertAll(_ => Start));
        for (var look = 0; random is not null && look < 15; look++)
        {
            var now = Start + ((End - Start) * ((look + random.NextDouble()) / 15));
            if (random.NextDouble() < 0.6)
                seen = now;
            for (var i = 0; i < life.Count; i++)
                if (random.NextDouble() < 0.3 && life[i].PaidAt <= seen)
                    heard[i] = now;
            grants.AddRange(Books(life, grants, seen, heard).Missing(now));
        }

        var books = Books(life, grants, End, life.ConvertAll(_ => End));
        grants.AddRange(books.Missing(End));
        Assert.Empty((books with { Grants = grants }).Missing(End));
        Assert.Equal(grants.Count, grants.Select(grant => grant.BusinessKey).Distinct(StringComparer.Ordinal).Count());
        return life.ConvertAll(bought => grants.Where(grant => grant.InvoiceId == bought.Row.Id).Sum(grant => grant.Credits));
    }

    /// <summary>What is known of it: the invoices at one moment, what became of the money of each at another.</summary>
    static GrantBooks Books(List<Bought> life, List<PlanGrant> grants, DateTimeOffset seen, List<DateTimeOffset> heard)
    {
        var rows = new List<InvoiceRow>();
        foreach (var (i, (row, paidAt, money)) in life.Index())
        {
            if (row.CreatedAt > seen)
                break;
            var isPaid = paidAt <= seen;
            var (_, refunded, isDisputed) = money.LastOrDefault(back => back.At <= heard[i]);
            foreach (var year in rows.Where(year => row.CoversFrom is not null && year.YearFrom is not null && (year.YearUntil is null || row.CoversFrom < year.YearUntil)))
                year.YearUntil = row.CoversFrom;
            rows.Add(new InvoiceRow
            {
                Id = row.Id, UserId = "a", SubscriptionId = row.SubscriptionId, StripeInvoiceId = row.StripeInvoiceId, Currency = "eur", CreatedAt = row.CreatedAt, BillingReason = row.BillingReason,
                Status = isPaid ? "paid" : "open", AmountPaidEuroCents = isPaid ? row.AmountPaidEuroCents : 0, TotalEuroCents = row.TotalEuroCents, RefundedEuroCents = refunded, IsDisputed = isDisputed,
                DecidedAt = isPaid ? paidAt : null, Prorations = isPaid ? row.Prorations : null, MonthlyCredits = isPaid ? row.MonthlyCredits : null,
                CoversFrom = isPaid ? row.CoversFrom : null, CoversUntil = isPaid ? row.CoversUntil : null, YearFrom = isPaid ? row.YearFrom : null,
            });
        }

        var subscription = new SubscriptionRow
        {
            Id = new Guid(1, 0, 0, new byte[8]), UserId = "a", PlanId = default, StripeSubscriptionId = "sub", Status = "active", BillingInterval = "year", CreatedAt = Start, UpdatedAt = Start, PaidUntil = End,
        };
        return new(subscription, GrantBooks.Ordered(rows), [.. grants]);
    }

    static List<Bought> Life(int seed)
    {
        var random = new Random(seed);
        var (life, plan, at, year, until) = (new List<Bought>(), Plans[random.Next(3)], Start, true, End);
        Add("subscription_create", [], plan * 10, (plan, Start, End));
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            at += TimeSpan.FromHours(random.Next(1, 24 * 60));
            if (at > End.AddDays(-40))
                break;
            var (before, other) = (plan, Plans[random.Next(4)]);
            plan = other;
            if (year && random.NextDouble() < 0.15)
            {
                // To a month, invoiced at once; nothing more is followed of it.
                Add(InvoiceFacts.Change, [new(at, until, -before), new(at, at.AddMonths(1), other)], (other - (before * 10)) / 10, (other, at, at.AddMonths(1)));
                break;
            }

            if (other > before || (other < before && random.NextDouble() < 0.3))
                Add(InvoiceFacts.Change, [new(at, until, -before), new(at, until, other)], (other - before) * 10, null);
        }

        return life;

        void Add(string reason, List<Proration> prorations, int total, (int Plan, DateTimeOffset From, DateTimeOffset Until)? covers)
        {
            var paid = total <= 0 ? 0 : random.NextDouble() < 0.2 ? Math.Max(1, total / random.Next(1, 4)) : total;
            var isYear = covers is { } one && one.Until > one.From.AddMonths(2);
            var (paidAt, money) = (at + TimeSpan.FromDays(total <= 0 || random.NextDouble() < 0.6 ? 0 : random.Next(1, 35)), new List<(DateTimeOffset, int, bool)>());
            for (var (when, refunded) = (paidAt, 0); paid > 0 && random.NextDouble() < 0.5;)
            {
                when += TimeSpan.FromHours(random.Next(1, 24 * 50));
                refunded = random.NextDouble() < 0.5 ? random.Next(refunded, paid + 1) : refunded;
                money.Add((when < End ? when : End, refunded, random.NextDouble() < 0.5));
            }

            life.Add(new(new InvoiceRow
            {
                Id = new Guid(life.Count + 1, 1, 0, new byte[8]), UserId = "a", SubscriptionId = new Guid(1, 0, 0, new byte[8]), StripeInvoiceId = $"in_{life.Count}", Currency = "eur", CreatedAt = at, BillingReason = reason,
                TotalEuroCents = total, AmountPaidEuroCents = paid, Prorations = prorations, MonthlyCredits = covers?.Plan, CoversFrom = covers?.From, CoversUntil = covers?.Until,
                YearFrom = isYear ? covers?.From : null,
            }, paidAt, money));
        }
    }
}
