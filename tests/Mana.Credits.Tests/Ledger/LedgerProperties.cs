using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Mana.Credits.Contracts;
using Mana.Credits.SyncBilling;

namespace Mana.Credits.Tests.Ledger;

/// <summary>
/// Properties with a fixed seed. The ledger against a model of a few lines: whatever order commands come in, repeated or not, results and counters
/// are the model's, and every invariant holds at the end.
/// </summary>
public sealed class LedgerProperties(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    sealed record Step(int Kind, int Amount, int Key, int Hold);

    static readonly Gen<List<Step>> Scripts =
        from size in Gen.Choose(1, 25)
        from steps in Gen.ListOf(
            from kind in Gen.Choose(0, 7)
            from amount in Gen.OneOf(Gen.Choose(1, 20), Gen.Choose(1, 5000))
            from key in Gen.Choose(0, 6)
            from hold in Gen.Choose(0, 4)
            select new Step(kind, amount, key, hold), size)
        select steps.ToList();

    [Fact]
    public async Task Any_sequence_of_commands_ends_where_the_model_ends()
    {
        Prop.ForAll(Scripts.ToArbitrary(), script => Play(script)).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(20260115, 1));
        await fixture.IsSoundAsync();
    }

    void Play(List<Step> script)
    {
        var user = fixture.NewId();
        var model = new Model();
        foreach (var step in script)
            ApplyAsync(user, model, step).GetAwaiter().GetResult();
        var balance = fixture.Ledger.GetBalanceAsync(user, default).GetAwaiter().GetResult();
        Assert.Equal((model.Available, model.Reserved, model.Earned, model.Spent), (balance.Available.Milli, balance.Reserved.Milli, balance.TotalEarned.Milli, balance.TotalSpent.Milli));
    }

    async Task ApplyAsync(string user, Model model, Step step)
    {
        var amount = new CreditAmount(step.Amount);
        switch (step.Kind)
        {
            case 0:
                var issued = await fixture.Issuance.IssueAsync(new(user, amount, CreditSource.Purchase, $"{user}:p{step.Key}", "stripe", "p"), default);
                Assert.Equal(model.Once($"p{step.Key}", step.Amount, () => model.Earn(step.Amount)), Name(issued));
                break;
            case 1:
                Assert.Equal(step.Amount > model.Available ? "insufficient" : model.Spend(step.Amount), Name(await fixture.Ledger.DebitAsync(new(user, amount, "chat", "u"), default)));
                break;
            case 2:
                var debited = Name(await fixture.Ledger.DebitAsync(new(user, amount, "chat", "u", $"k{step.Key}"), default));
                Assert.Equal(model.Once($"k{step.Key}", step.Amount, () => step.Amount > model.Available ? "insufficient" : model.Spend(step.Amount)), debited);
                break;
            case 3:
                Assert.Equal(model.Once($"r{step.Key}", step.Amount, () => model.Earn(step.Amount)), Name(await fixture.Ledger.RefundAsync(new(user, amount, "chat", "r", $"r{step.Key}"), default)));
                break;
            case 4:
                var held = await fixture.Ledger.ReserveAsync(new(user, amount, "app:x"), default);
                Assert.Equal(step.Amount <= model.Available, held is ReservationResult.Reserved);
                if (held is ReservationResult.Reserved reserved)
                    model.Hold(reserved.ReservationId, step.Amount);
                break;
            case 5 when model.Holds.Count > 0:
                var (commit, all) = model.Holds[step.Hold % model.Holds.Count];
                var taken = Math.Min(all, step.Amount);
                Assert.IsType<SettlementResult.Settled>(await fixture.Ledger.CommitAsync(commit, new CreditAmount(taken), null, default));
                model.Settle(commit, all, taken);
                Assert.True(await fixture.Ledger.CommitAsync(commit, null, null, default) is SettlementResult.Settled { Replayed: true });
                break;
            case 6 when model.Holds.Count > 0:
                var (release, whole) = model.Holds[step.Hold % model.Holds.Count];
                Assert.IsType<SettlementResult.Settled>(await fixture.Ledger.ReleaseAsync(release, default));
                model.Settle(release, whole, 0);
                Assert.IsType<SettlementResult.WrongState>(await fixture.Ledger.CommitAsync(release, null, null, default));
                break;
            case 7:
                var back = Name(await fixture.Issuance.ClawBackAsync(new(user, amount, $"{user}:c{step.Key}", "c"), default));
                Assert.Equal(model.Once($"c{step.Key}", step.Amount, () => model.Earn(-step.Amount)), back);
                break;
            default:
                break;
        }
    }

    static string Name(PostingResult result) => result switch
    {
        PostingResult.Posted { Replayed: true } => "replayed",
        PostingResult.Posted => "posted",
        PostingResult.Insufficient => "insufficient",
        PostingResult.KeyMismatch => "mismatch",
        _ => result.ToString(),
    };

    [Fact]
    public void Amounts_survive_the_wire_in_their_shortest_form() => Prop.ForAll(Gen.Choose(-1_000_000_000, 1_000_000_000).ToArbitrary(), milli =>
    {
        var amount = new CreditAmount(milli);
        var text = JsonSerializer.Serialize(amount);
        Assert.Equal(amount, JsonSerializer.Deserialize<CreditAmount>(text));
        Assert.Equal(amount, CreditAmount.OfCredits(milli / 1000m));
        Assert.True(!text.Contains('.', StringComparison.Ordinal) || text[^1] != '0', text);
        Assert.Null(CreditAmount.OfCredits((milli / 1000m) + 0.0001m));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20260115, 1));

    [Fact]
    public void A_period_ends_in_its_month_on_the_anchor_or_the_last_day() => Prop.ForAll((
        from day in Gen.Choose(0, 20_000)
        from anchor in Gen.Choose(1, 31)
        from interval in Gen.Elements(BillingCalendar.Intervals)
        select (Start: new DateTimeOffset(2024, 1, 1, 7, 30, 0, TimeSpan.Zero).AddDays(day), anchor, interval)).ToArbitrary(), at =>
    {
        var next = BillingCalendar.Next(at.Start, at.anchor, at.interval);
        var months = ((next.Year - at.Start.Year) * 12) + next.Month - at.Start.Month;
        Assert.Equal(at.interval switch { "monthly" => 1, "quarterly" => 3, _ => 12 }, months);
        Assert.Equal(Math.Min(at.anchor, DateTime.DaysInMonth(next.Year, next.Month)), next.Day);
        Assert.Equal(at.Start.TimeOfDay, next.TimeOfDay);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20260115, 1));

    /// <summary>commerce.md 2.4.</summary>
    sealed class Model
    {
        readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);

        public long Available { get; private set; }

        public long Reserved { get; private set; }

        public long Earned { get; private set; }

        public long Spent { get; private set; }

        public List<(Guid Id, int Amount)> Holds { get; } = [];

        public string Earn(int amount)
        {
            (Available, Earned) = (Available + amount, Earned + amount);
            return "posted";
        }

        public string Spend(int amount)
        {
            (Available, Spent) = (Available - amount, Spent + amount);
            return "posted";
        }

        public void Hold(Guid id, int amount)
        {
            (Available, Reserved) = (Available - amount, Reserved + amount);
            Holds.Add((id, amount));
        }

        public void Settle(Guid id, int held, int taken)
        {
            (Available, Reserved, Spent) = (Available + held - taken, Reserved - held, Spent + taken);
            Holds.Remove((id, held));
        }

        public string Once(string key, int amount, Func<string> apply)
        {
            if (_keys.TryGetValue(key, out var known))
                return known == amount ? "replayed" : "mismatch";
            var result = apply();
            if (result == "posted")
                _keys[key] = amount;
            return result;
        }
    }
}
