using System.Text;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Parsing;

/// <summary>Canonical text of a rule (compute.md 6.5).</summary>
internal static class RuleText
{
    public static string Write(in RuleBits bits)
    {
        var text = new StringBuilder(64);
        if (bits.Skip != SkipMode.Omit)
            text.Append("RSCALE=GREGORIAN;");
        text.Append("FREQ=").Append(bits.Frequency.ToString().ToUpperInvariant());
        if (bits.Has(RuleParts.Until))
            text.Append(";UNTIL=").Append(bits.Until.ToString());
        if (bits.Count > 0)
            text.Append(";COUNT=").Append(bits.Count);
        if (bits.Interval > 1)
            text.Append(";INTERVAL=").Append(bits.Interval);
        List(text, ";BYSECOND=", RuleLists.Of(bits.Seconds));
        List(text, ";BYMINUTE=", RuleLists.Of(bits.Minutes));
        List(text, ";BYHOUR=", RuleLists.Of(bits.Hours));
        List(text, ";BYDAY=", RuleLists.Weekdays(bits));
        List(text, ";BYMONTHDAY=", bits.MonthDays.ToArray());
        List(text, ";BYYEARDAY=", bits.YearDays.ToArray());
        List(text, ";BYWEEKNO=", bits.Weeks.ToArray());
        List(text, ";BYMONTH=", RuleLists.Of(bits.Months));
        List(text, ";BYSETPOS=", bits.Positions.ToArray());
        if (bits.WeekStart != 0)
            text.Append(";WKST=").Append(WeekdayNum.NameOf(bits.WeekStart));
        if (bits.Skip != SkipMode.Omit)
            text.Append(";SKIP=").Append(bits.Skip.ToString().ToUpperInvariant());
        return text.ToString();
    }

    static void List<T>(StringBuilder text, string name, T[] values)
    {
        if (values.Length > 0)
            text.Append(name).AppendJoin(',', values);
    }
}
