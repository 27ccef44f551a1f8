using FsCheck;
using FsCheck.Fluent;
using Mana.Recurrence.Contracts;
using Mana.Recurrence.Tests.Sweep;
using NodaTime;

namespace Mana.Recurrence.Tests.Guards;

/// <summary>compute.md 6.14, a to f, for sets in zones.</summary>
public sealed class PropertyTests
{
    static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Asuncion", "Africa/Cairo"];
    static readonly RecurrenceExpander Expander = new();

    [Fact]
    public void Instants_strictly_increase() => Check(set =>
    {
        var all = Expander.Expand(set).Take(120).Select(occurrence => occurrence.StartUtc).ToList();
        return all.Zip(all.Skip(1)).All(pair => pair.First < pair.Second);
    });

    [Fact]
    public void Every_civil_time_satisfies_the_naive_reading() => Check(set =>
    {
        var all = Expander.Expand(set).Take(8).Where(occurrence => !occurrence.IsRDate && !occurrence.Shifted).ToList();
        if (all.Count == 0 || all[^1].StartCivil > set.Start.Civil.PlusYears(4) || set.Rules[0].Frequency < Frequency.Daily)
            return true;
        var naive = new BruteForce(set.Rules[0], set.Start.Civil).Until(all[^1].StartCivil.PlusSeconds(1));
        return all.All(occurrence => naive.Contains(occurrence.Id.Civil));
    });

    [Fact]
    public void Pages_add_up_to_the_whole() => Check(set =>
    {
        var all = Expander.Expand(set).Take(60).ToList();
        var paged = new List<Occurrence>();
        while (paged.Count < all.Count)
        {
            Instant? from = paged.Count == 0 ? null : paged[^1].StartUtc + Duration.Epsilon;
            paged.AddRange(Expander.Expand(set, new OccurrenceWindow(from)).Take(Math.Min(7, all.Count - paged.Count)));
        }

        return all.Select(occurrence => occurrence.Id).SequenceEqual(paged.Select(occurrence => occurrence.Id));
    });

    [Fact]
    public void Two_windows_side_by_side_are_one() => Check(set =>
    {
        var all = Expander.Expand(set).Take(41).Select(occurrence => occurrence.StartUtc).ToList();
        if (all.Count < 41)
            return true;
        var (a, b, c) = (all[0], all[17] + Duration.FromSeconds(1), all[40]);
        return Starts(a, b).Concat(Starts(b, c)).SequenceEqual(Starts(a, c)) && Expander.Count(set, new OccurrenceWindow(a, c)) == 40;

        IEnumerable<Instant> Starts(Instant from, Instant before) => Expander.Expand(set, new OccurrenceWindow(from, before)).Select(occurrence => occurrence.StartUtc);
    });

    [Fact]
    public void Backwards_is_forwards_from_the_other_end() => Check(set =>
    {
        var all = Expander.Expand(set).Take(10).Select(occurrence => occurrence.StartUtc).ToList();
        for (var i = all.Count - 1; i > 0; i--)
            if (Expander.Previous(set, all[i])?.StartUtc != all[i - 1])
                return false;
        return all.Count == 0 || Expander.Previous(set, all[0]) is null;
    });

    static void Check(Func<RecurrenceSet, bool> holds) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => holds(Set(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(2026, 11, 20));

    static RecurrenceSet Set(int seed)
    {
        var random = new Random(seed);
        var (text, start) = new RandomRules(seed).Next();
        var zone = DateTimeZoneProviders.Tzdb[Zones[random.Next(Zones.Length)]];
        var rule = RecurrenceRule.Parse(text);
        SeriesDate Near() => new(start.PlusDays(random.Next(60)).PlusHours(random.Next(3)));
        return new RecurrenceSet
        {
            Start = SeriesStart.Zoned(start, zone),
            Rules = [rule],
            RDates = [.. Enumerable.Range(0, random.Next(3)).Select(_ => new AdditionalDate(Near()))],
            ExDates = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Near())],
            Gap = (GapPolicy)random.Next(2),
            Overlap = (OverlapPolicy)random.Next(2),
        };
    }
}
