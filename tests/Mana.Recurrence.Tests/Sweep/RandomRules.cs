using System.Globalization;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Tests.Sweep;

/// <summary>Rules by chance, every part of the grammar among them; the same seed gives the same rules.</summary>
internal sealed class RandomRules(int seed)
{
    static readonly string[] Weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

    readonly Random _random = new(seed);

    public (string Text, LocalDateTime Start) Next()
    {
        var frequency = (Frequency)_random.Next(7);
        var start = new LocalDateTime(_random.Next(1960, 2060), 1, 1, 0, 0).PlusDays(_random.Next(366)).PlusSeconds(Chance(2) ? 32_400 : _random.Next(86_400));
        var parts = new List<string> { "FREQ=" + frequency.ToString().ToUpperInvariant() };
        if (Chance(2))
            parts.Add("INTERVAL=" + Interval(frequency));
        Days(parts, frequency, start);
        Times(parts, frequency, start);
        if (parts.Exists(part => part.StartsWith("BY", StringComparison.Ordinal)) && Chance(4))
            parts.Add("BYSETPOS=" + List(_random.Next(1, 4), () => Signed(Chance(2) ? 3 : 12)));
        if (Chance(3))
            parts.Add("WKST=" + Weekdays[_random.Next(7)]);
        if (Chance(8))
            parts.Add("COUNT=" + _random.Next(1, 30));
        else if (Chance(8))
            parts.Add("UNTIL=" + start.PlusDays(_random.Next(2000)).ToString("uuuuMMdd'T'HHmmss", CultureInfo.InvariantCulture));
        _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(parts));
        return (string.Join(';', parts), start);
    }

    void Days(List<string> parts, Frequency frequency, LocalDateTime start)
    {
        if (Chance(3))
            parts.Add("BYMONTH=" + List(_random.Next(1, 5), () => Chance(2) ? start.Month : _random.Next(1, 13)));
        var withWeeks = frequency == Frequency.Yearly && Chance(4);
        if (withWeeks)
            parts.Add("BYWEEKNO=" + List(_random.Next(1, 4), () => Chance(2) ? Signed(53) : _random.Next(3) switch { 0 => 1, 1 => 53, _ => -1 }));
        if (frequency is Frequency.Yearly or <= Frequency.Hourly && Chance(6))
            parts.Add("BYYEARDAY=" + List(_random.Next(1, 8), () => Chance(4) ? Signed(366) : start.DayOfYear));
        if (frequency != Frequency.Weekly && Chance(4))
            parts.Add("BYMONTHDAY=" + List(_random.Next(1, 8), () => Chance(2) ? Signed(31) : start.Day));
        if (Chance(3))
            parts.Add("BYDAY=" + List(_random.Next(1, 5), () => Ordinal(frequency, withWeeks) + Weekdays[_random.Next(7)]));
    }

    void Times(List<string> parts, Frequency frequency, LocalDateTime start)
    {
        if (Chance(4))
            parts.Add("BYHOUR=" + List(_random.Next(1, 4), () => Chance(2) ? start.Hour : _random.Next(24)));
        if (Chance(5))
            parts.Add("BYMINUTE=" + List(_random.Next(1, 4), () => Chance(2) ? start.Minute : _random.Next(60)));
        if (Chance(6))
            parts.Add("BYSECOND=" + List(_random.Next(1, 4), () => Chance(2) ? start.Second : _random.Next(61)));
        _ = frequency;
    }

    string Ordinal(Frequency frequency, bool withWeeks) =>
        frequency < Frequency.Monthly || withWeeks || Chance(2) ? "" : Signed(frequency == Frequency.Monthly || Chance(2) ? 5 : 53).ToString(CultureInfo.InvariantCulture);

    int Interval(Frequency frequency) => frequency switch
    {
        Frequency.Yearly => _random.Next(1, 6),
        Frequency.Monthly => _random.Next(1, 26),
        Frequency.Weekly => _random.Next(1, 10),
        Frequency.Daily => _random.Next(1, 40),
        _ => Chance(2) ? _random.Next(1, 60) : _random.Next(1, 4000),
    };

    int Signed(int most) => _random.Next(1, most + 1) * (Chance(3) ? -1 : 1);

    bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    static string List<T>(int count, Func<T> element) => string.Join(',', Enumerable.Range(0, count).Select(_ => element()));
}
