using System.Text;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Recurrence.Parsing;

/// <content>Values of single parts and elements of lists.</content>
internal ref partial struct RuleParser
{
    /// <summary>What an element may be; a signed one is never 0.</summary>
    readonly record struct Bounds(int Digits, int From, int To)
    {
        public bool Signed => From < 0;

        public bool Holds(int value) => value >= From && value <= To && (value != 0 || !Signed);

        public override string ToString() => Signed ? $"1..{To} or {From}..-1" : $"{From}..{To}";
    }

    bool FreqValue(int from, int end)
    {
        var index = IndexOf(Frequencies, _text[from..end]);
        if (index < 0)
            return Fail(RecurrenceErrorCode.BadFreq, "FREQ", from, end - from, "unknown frequency");
        _bits.Frequency = (Frequency)index;
        return true;
    }

    bool Positive(RuleParts part, int from, int end, out int value)
    {
        value = 0;
        var text = _text[from..end];
        if (text.ContainsAnyExceptInRange('0', '9'))
            return Fail(RecurrenceErrorCode.BadInteger, NameOf(part), from, text.Length, $"{NameOf(part)} must be an unsigned decimal integer");
        var digits = text.TrimStart('0');
        if (digits.IsEmpty)
            return Fail(RecurrenceErrorCode.OutOfRange, NameOf(part), from, text.Length, $"{NameOf(part)} must be positive");
        return (digits.Length <= 10 && int.TryParse(digits, out value))
            || Fail(RecurrenceErrorCode.Overflow, NameOf(part), from, text.Length, $"{NameOf(part)} does not fit 32 bits");
    }

    bool UntilValue(int from, int end)
    {
        switch (DateText.Read(_text[from..end], out var kind, out var value))
        {
            case DateText.Outcome.Format:
                return Fail(RecurrenceErrorCode.UntilFormat, "UNTIL", from, end - from, "UNTIL must be a DATE (YYYYMMDD) or DATE-TIME (YYYYMMDDTHHMMSS[Z])");
            case DateText.Outcome.Date:
                return Fail(RecurrenceErrorCode.UntilRange, "UNTIL", from, end - from, "UNTIL is not a calendar date");
            case DateText.Outcome.Time:
                return Fail(RecurrenceErrorCode.UntilRange, "UNTIL", from, end - from, "UNTIL time is out of range");
            default:
                _bits.Until = new UntilValue(kind, value);
                return true;
        }
    }

    bool Elements(RuleParts part, int from, int end, in Bounds range)
    {
        var any = false;
        while (from <= end)
        {
            var comma = _text[from..end].IndexOf(',');
            var to = comma < 0 ? end : from + comma;
            if (from == to)
                return Fail(RecurrenceErrorCode.EmptyElement, NameOf(part), from, 0, "empty list element");
            if (Element(_text[from..to], range, out var value) is { } code)
            {
                var message = code == RecurrenceErrorCode.OutOfRange
                    ? $"{NameOf(part)} element must be {range}"
                    : $"{NameOf(part)} element is not {(range.Signed ? "a signed" : "an unsigned")} integer";
                if (!Overlook("RRULE_" + NameOf(part), from, message, "value dropped"))
                    return Fail(code, NameOf(part), from, to - from, message);
            }
            else
            {
                any = true;
                Add(part, value);
            }

            from = to + 1;
        }

        if (!any)
            Forget(part);
        return true;
    }

    static RecurrenceErrorCode? Element(ReadOnlySpan<char> text, in Bounds range, out int value)
    {
        value = 0;
        var negative = range.Signed && text[0] == '-';
        if (negative || (range.Signed && text[0] == '+'))
            text = text[1..];
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
            return RecurrenceErrorCode.BadInteger;
        if (text.Length > range.Digits)
            return RecurrenceErrorCode.OutOfRange;
        foreach (var digit in text)
            value = (value * 10) + digit - '0';
        value = negative ? -value : value;
        return range.Holds(value) ? null : RecurrenceErrorCode.OutOfRange;
    }

    void Add(RuleParts part, int value)
    {
        switch (part)
        {
            // RFC 5545 3.3.12: who knows no leap seconds reads second 60 as 59.
            case RuleParts.BySecond: _bits.Seconds |= 1UL << Math.Min(value, 59); break;
            case RuleParts.ByMinute: _bits.Minutes |= 1UL << value; break;
            case RuleParts.ByHour: _bits.Hours |= 1UL << value; break;
            case RuleParts.ByMonth: _bits.Months |= 1UL << value; break;
            case RuleParts.ByMonthDay: _bits.MonthDays.Add(value); break;
            case RuleParts.ByYearDay: _bits.YearDays.Add(value); break;
            case RuleParts.ByWeekNo: _bits.Weeks.Add(value); break;
            default: _bits.Positions.Add(value); break;
        }
    }

    bool Weekdays(int from, int end)
    {
        List<WeekdayNum>? ordinals = null;
        while (from <= end)
        {
            var comma = _text[from..end].IndexOf(',');
            var to = comma < 0 ? end : from + comma;
            if (from == to)
                return Fail(RecurrenceErrorCode.EmptyElement, "BYDAY", from, 0, "empty list element");
            if (Weekday(_text[from..to], out var ordinal, out var day) is { } code)
            {
                var message = code == RecurrenceErrorCode.OutOfRange ? "weekday ordinal must be 1..53 or -53..-1" : "not a weekday, optionally preceded by an ordinal";
                if (!Overlook("RRULE_BYDAY", from, message, "value dropped"))
                    return Fail(code, "BYDAY", from, to - from, message);
            }
            else if (ordinal == 0)
            {
                _bits.Weekdays |= 1U << day;
            }
            else
            {
                if (_firstOrdinal < 0)
                    _firstOrdinal = from;
                var element = new WeekdayNum(ordinal, (IsoDayOfWeek)(day + 1));
                if (!(ordinals ??= []).Contains(element))
                    ordinals.Add(element);
            }

            from = to + 1;
        }

        // BYDAY is a union: an ordinal adds nothing to a weekday that is there as a whole.
        var weekdays = _bits.Weekdays;
        ordinals?.RemoveAll(ordinal => (weekdays >> ordinal.Index & 1) != 0);
        _bits.Ordinals = ordinals?.Count > 0 ? [.. ordinals] : null;
        if (_bits.Weekdays == 0 && _bits.Ordinals is null)
            Forget(RuleParts.ByDay);
        return true;
    }

    static RecurrenceErrorCode? Weekday(ReadOnlySpan<char> text, out int ordinal, out int day)
    {
        (ordinal, day) = (0, text.Length < 2 ? -1 : IndexOfWeekday(text[^2..]));
        if (day < 0)
            return RecurrenceErrorCode.BadWeekday;
        var number = text[..^2];
        if (number.IsEmpty)
            return null;
        var error = Element(number, new Bounds(2, -53, 53), out ordinal);
        return error == RecurrenceErrorCode.BadInteger ? RecurrenceErrorCode.BadWeekday : error;
    }

    bool WeekStart(int from, int end)
    {
        var day = end - from == 2 ? IndexOfWeekday(_text[from..end]) : -1;
        _bits.WeekStart = Math.Max(day, 0);
        return day >= 0
            || Overlook("RRULE_WKST", from, "unknown weekday", "MO taken")
            || Fail(RecurrenceErrorCode.BadWeekday, "WKST", from, end - from, "unknown weekday");
    }

    /// <summary>RFC 7529: a calendar that we do not have is refused by name, never ignored.</summary>
    bool Scale(int from, int end) => Ascii.EqualsIgnoreCase(_text[from..end], "GREGORIAN") || Fail(RecurrenceErrorCode.UnknownPart, "RSCALE", _part, end - _part,
        $"RSCALE={Shown(_text[from..end])}: this calendar is not supported, only GREGORIAN is");

    bool SkipValue(int from, int end)
    {
        var index = IndexOf(["OMIT", "BACKWARD", "FORWARD"], _text[from..end]);
        if (index >= 0)
        {
            _bits.Skip = (SkipMode)index;
            return true;
        }

        Forget(RuleParts.Skip);
        return Overlook("RRULE_SKIP", from, "SKIP must be OMIT, BACKWARD or FORWARD", "part ignored")
            || Fail(RecurrenceErrorCode.BadSkip, "SKIP", from, end - from, "SKIP must be OMIT, BACKWARD or FORWARD");
    }

    static string Shown(ReadOnlySpan<char> value) => value.Length > 40 ? string.Concat(value[..40], "…") : value.ToString();

    static int IndexOf(ReadOnlySpan<string> names, ReadOnlySpan<char> value)
    {
        for (var i = 0; i < names.Length; i++)
            if (names[i].Length == value.Length && Ascii.EqualsIgnoreCase(names[i], value))
                return i;
        return -1;
    }

    static int IndexOfWeekday(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < WeekdayNum.Names.Length; i += 2)
            if (Ascii.EqualsIgnoreCase(WeekdayNum.Names.AsSpan(i, 2), name))
                return i / 2;
        return -1;
    }
}
