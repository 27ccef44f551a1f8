using Mana.Recurrence.Contracts;
using NodaTime;
using NodaTime.Calendars;

namespace Mana.Recurrence.Tests.Sweep;

/// <summary>
/// RFC 5545 3.3.10 read naively: tries every day, every hour, every minute, every second, and asks of each whether it belongs to the rule. Knows nothing
/// of the engine but the lists that the parser read.
/// </summary>
internal sealed class BruteForce
{
    static readonly LocalDate Epoch = new(1900, 1, 1);

    readonly RecurrenceRule _rule;
    readonly LocalDateTime _start;
    readonly bool[] _hours;
    readonly bool[] _minutes;
    readonly bool[] _seconds;
    readonly IWeekYearRule _weeks;

    // What 3.3.10 takes from DTSTART when the rule does not say it.
    readonly int[] _months;
    readonly int[] _monthDays;
    readonly WeekdayNum[] _weekdays;
    readonly int[] _yearDays;
    readonly int[] _weekNumbers;

    public BruteForce(RecurrenceRule rule, LocalDateTime start)
    {
        (_rule, _start) = (rule, start);
        _weeks = WeekYearRules.ForMinDaysInFirstWeek(4, rule.WeekStart);
        _hours = Allowed(24, rule.ByHour, rule.Frequency > Frequency.Hourly, start.Hour);
        _minutes = Allowed(60, rule.ByMinute, rule.Frequency > Frequency.Minutely, start.Minute);
        _seconds = Allowed(60, rule.BySecond, rule.Frequency > Frequency.Secondly, start.Second);
        (_months, _monthDays, _weekdays) = ([.. rule.ByMonth], [.. rule.ByMonthDay], [.. rule.ByDay]);
        (_yearDays, _weekNumbers) = ([.. rule.ByYearDay], [.. rule.ByWeekNo]);
        var yearly = rule.Frequency == Frequency.Yearly && _yearDays.Length == 0;
        var (noMonth, noMonthDay, noDay, noWeek) = (_months.Length == 0, _monthDays.Length == 0, _weekdays.Length == 0, _weekNumbers.Length == 0);
        if (yearly && noMonth && noWeek && (!noMonthDay || noDay))
            _months = [start.Month];
        if ((yearly && noMonthDay && noWeek && noDay) || (rule.Frequency == Frequency.Monthly && noMonthDay && noDay))
            _monthDays = [start.Day];
        if ((yearly && !noWeek && noMonthDay && noDay) || (rule.Frequency == Frequency.Weekly && noDay))
            _weekdays = [new WeekdayNum(0, start.DayOfWeek)];
    }

    /// <summary>All instances with <c>DTSTART &lt;= t &lt; before</c>, before COUNT.</summary>
    public List<LocalDateTime> Until(LocalDateTime before)
    {
        var found = new List<LocalDateTime>();
        var period = new List<LocalDateTime>();
        var positions = _rule.BySetPos;
        long? current = null;
        // BYSETPOS needs the whole of the period that DTSTART is in.
        var first = positions.Count == 0 ? _start.Date : FirstDayOfPeriod();
        for (var date = first; date <= before.Date || (positions.Count > 0 && PeriodOf(date, 0) == current); date = date.PlusDays(1))
        {
            if (!Holds(date))
                continue;
            foreach (var second in Times(date, positions.Count == 0 && date == _start.Date ? _start.Hour : 0, date == before.Date && positions.Count == 0 ? before.Hour : 23))
            {
                var time = date.At(LocalTime.FromSecondsSinceMidnight(second));
                if (positions.Count == 0)
                {
                    found.Add(time);
                    continue;
                }

                if (PeriodOf(date, second) != current)
                    Choose();
                current = PeriodOf(date, second);
                period.Add(time);
            }
        }

        Choose();
        return [.. found.Where(time => time >= _start && time < before && (_rule.Until is not { } until || time <= Last(until)))];

        void Choose()
        {
            found.AddRange(period.Where((_, i) => positions.Contains(i + 1) || positions.Contains(i - period.Count)));
            period.Clear();
        }
    }

    IEnumerable<int> Times(LocalDate date, int firstHour, int lastHour)
    {
        var (own, starts) = (Number(date), Number(_start.Date));
        for (var hour = firstHour; hour <= lastHour; hour++)
            for (var minute = 0; _hours[hour] && minute < 60; minute++)
                for (var second = 0; _minutes[minute] && second < 60; second++)
                    if (_seconds[second] && (Finer(own, (hour * 3600) + (minute * 60) + second) - Finer(starts, SecondOfDay(_start))) % _rule.Interval == 0)
                        yield return (hour * 3600) + (minute * 60) + second;
    }

    /// <summary>The number of the period, 0 being that of DTSTART; "every other" counts these.</summary>
    long PeriodOf(LocalDate date, int second) => Finer(Number(date), second) - Finer(Number(_start.Date), SecondOfDay(_start));

    long Finer(long number, int second) => _rule.Frequency switch
    {
        Frequency.Hourly => (number * 24) + (second / 3600),
        Frequency.Minutely => (number * 1440) + (second / 60),
        Frequency.Secondly => (number * 86_400) + second,
        _ => number,
    };

    long Number(LocalDate date) => _rule.Frequency switch
    {
        Frequency.Yearly => _weekNumbers.Length > 0 ? _weeks.GetWeekYear(date) : date.Year,
        Frequency.Monthly => (date.Year * 12) + date.Month,
        Frequency.Weekly => (Days(date) + 70_000 - ((int)_rule.WeekStart - 1)) / 7,
        _ => Days(date),
    };

    static int SecondOfDay(LocalDateTime time) => (time.Hour * 3600) + (time.Minute * 60) + time.Second;

    bool Holds(LocalDate date)
    {
        var inMonth = date.Calendar.GetDaysInMonth(date.Year, date.Month);
        var inYear = date.Calendar.GetDaysInYear(date.Year);
        if (_months.Length > 0 && !_months.Contains(date.Month))
            return false;
        if (_monthDays.Length > 0 && !_monthDays.Contains(date.Day) && !_monthDays.Contains(date.Day - inMonth - 1))
            return false;
        if (_yearDays.Length > 0 && !_yearDays.Contains(date.DayOfYear) && !_yearDays.Contains(date.DayOfYear - inYear - 1))
            return false;
        if (_weekNumbers.Length > 0)
        {
            var week = _weeks.GetWeekOfWeekYear(date);
            if (!_weekNumbers.Contains(week) && !_weekNumbers.Contains(week - _weeks.GetWeeksInWeekYear(_weeks.GetWeekYear(date)) - 1))
                return false;
        }

        return _weekdays.Length == 0 || Array.Exists(_weekdays, weekday => weekday.Day == date.DayOfWeek && (weekday.Ordinal == 0 || IsNth(date, weekday.Ordinal, inMonth, inYear)));
    }

    bool IsNth(LocalDate date, int ordinal, int inMonth, int inYear)
    {
        var (day, length) = _rule.Frequency == Frequency.Monthly || _months.Length > 0 ? (date.Day, inMonth) : (date.DayOfYear, inYear);
        return ordinal == ((day - 1) / 7) + 1 || ordinal == -((length - day) / 7) - 1;
    }

    LocalDate FirstDayOfPeriod() => _rule.Frequency switch
    {
        // The week-year of DTSTART may be the one before.
        Frequency.Yearly => new LocalDate(_start.Year - 1, 1, 1).PlusDays(-7),
        Frequency.Monthly => new LocalDate(_start.Year, _start.Month, 1),
        Frequency.Weekly => _start.Date.PlusDays(-7),
        _ => _start.Date,
    };

    static int Days(LocalDate date) => Period.DaysBetween(Epoch, date);

    static LocalDateTime Last(UntilValue until) => until.Kind == UntilKind.Date ? until.Value.Date.At(LocalTime.MaxValue) : until.Value;

    static bool[] Allowed(int size, IReadOnlyList<int> given, bool implied, int fromStart)
    {
        var allowed = new bool[size];
        for (var i = 0; i < size; i++)
            allowed[i] = given.Count > 0 ? given.Contains(i) : !implied || i == fromStart;
        return allowed;
    }
}
