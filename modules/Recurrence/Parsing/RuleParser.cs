using System.Diagnostics.CodeAnalysis;
using System.Text;
using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Parsing;

/// <summary>Reads a RECUR value from left to right (RFC 5545 3.3.10); the checks look at the parts together afterwards.</summary>
internal ref partial struct RuleParser
{
    public const int LongestStrict = 500;
    public const int LongestLenient = 8_192;

    static readonly string[] Names =
        ["RSCALE", "FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST", "SKIP"];

    static readonly string[] Frequencies = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

    readonly ReadOnlySpan<char> _text;
    readonly RuleSyntax _syntax;
    RuleBits _bits;

    /// <summary>Where each part starts, by the number of its flag; what the later checks point at.</summary>
    PartPositions _positions;
    int _firstOrdinal;
    int _part;
    RecurrenceError? _error;
    List<RecurrenceWarning>? _warnings;

    RuleParser(ReadOnlySpan<char> text, RuleSyntax syntax)
    {
        _text = text;
        _syntax = syntax;
        _bits.Interval = 1;
        _firstOrdinal = -1;
    }

    public static string NameOf(RuleParts part) => Names[System.Numerics.BitOperations.TrailingZeroCount((int)part)];

    public static bool TryParse(ReadOnlySpan<char> text, RuleSyntax syntax, StartKind? start, [NotNullWhen(true)] out RecurrenceRule? rule, [NotNullWhen(false)] out RecurrenceError? error)
    {
        var parser = new RuleParser(text, syntax);
        if (parser.Read() && parser.Check(start))
        {
            error = null;
            rule = new RecurrenceRule(parser._bits, (IReadOnlyList<RecurrenceWarning>?)parser._warnings ?? []);
            return true;
        }

        rule = null;
        error = parser._error!;
        return false;
    }

    bool Read()
    {
        var longest = _syntax switch { RuleSyntax.Strict => LongestStrict, RuleSyntax.Lenient => LongestLenient, _ => int.MaxValue };
        if (_text.Length > longest)
            return Fail(RecurrenceErrorCode.TooLong, "", longest, _text.Length - longest, $"more than {longest} characters");
        var (from, to) = (0, _text.Length);
        if (_syntax != RuleSyntax.Exact)
            (from, to) = Unwrap();
        if (from == to)
            return Fail(RecurrenceErrorCode.Empty, "", from, 0, "empty RECUR value");
        while (from <= to)
        {
            var length = _text[from..to].IndexOf(';');
            var end = length < 0 ? to : from + length;
            if (!Part(from, end))
                return false;
            from = end + 1;
        }

        return true;
    }

    /// <summary>Takes off white space, any <c>RRULE:</c> in front and one <c>;</c> at the end.</summary>
    readonly (int From, int To) Unwrap()
    {
        var from = _text.Length - _text.TrimStart().Length;
        while (from + 6 <= _text.Length && Ascii.EqualsIgnoreCase(_text.Slice(from, 6), "RRULE:"))
            from += 6 + _text[(from + 6)..].Length - _text[(from + 6)..].TrimStart().Length;
        var to = Math.Max(from, _text.TrimEnd().Length);
        if (to > from + 1 && _text[to - 1] == ';')
            to--;
        return (from, to);
    }

    bool Part(int from, int end)
    {
        _part = from;
        if (from == end)
            return Fail(RecurrenceErrorCode.EmptyPart, "", from, 0, "empty rule part");
        var name = _text[from..end].IndexOf('=');
        if (name < 0)
            return Fail(RecurrenceErrorCode.NoEquals, "", from, end - from, "rule part without \"=\"");
        var value = from + name + 1;
        var number = NumberOf(_text.Slice(from, name));
        if (number < 0)
            return Overlook("RRULE_UNKNOWN_PART", from, "unknown rule part", "part ignored")
                || Fail(RecurrenceErrorCode.UnknownPart, "", from, name, "unknown rule part");
        var part = (RuleParts)(1 << number);
        if (_bits.Has(part))
        {
            if (!Overlook("RRULE_DUPLICATE_PART", from, $"rule part {Names[number]} specified more than once", "the last one counts"))
                return Fail(RecurrenceErrorCode.DuplicatePart, Names[number], from, end - from, $"rule part {Names[number]} specified more than once");
            Forget(part);
        }

        if (value == end)
            return Fail(RecurrenceErrorCode.EmptyValue, Names[number], value, 0, "empty value");
        _bits.Given |= part;
        _positions[number] = from;
        return Value(part, value, end);
    }

    static int NumberOf(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < Names.Length; i++)
            if (Names[i].Length == name.Length && Ascii.EqualsIgnoreCase(Names[i], name))
                return i;
        return -1;
    }

    bool Value(RuleParts part, int from, int end) => part switch
    {
        RuleParts.Freq => FreqValue(from, end),
        RuleParts.Interval => Positive(part, from, end, out _bits.Interval),
        RuleParts.Count => Positive(part, from, end, out _bits.Count),
        RuleParts.Until => UntilValue(from, end),
        RuleParts.BySecond => Elements(part, from, end, new Bounds(2, 0, 60)),
        RuleParts.ByMinute => Elements(part, from, end, new Bounds(2, 0, 59)),
        RuleParts.ByHour => Elements(part, from, end, new Bounds(2, 0, 23)),
        RuleParts.ByMonth => Elements(part, from, end, new Bounds(2, 1, 12)),
        RuleParts.ByMonthDay => Elements(part, from, end, new Bounds(2, -31, 31)),
        RuleParts.ByYearDay => Elements(part, from, end, new Bounds(3, -366, 366)),
        RuleParts.ByWeekNo => Elements(part, from, end, new Bounds(2, -53, 53)),
        RuleParts.BySetPos => Elements(part, from, end, new Bounds(3, -366, 366)),
        RuleParts.ByDay => Weekdays(from, end),
        RuleParts.Wkst => WeekStart(from, end),
        RuleParts.RScale => Scale(from, end),
        _ => SkipValue(from, end),
    };

    /// <summary>Takes back a part that is given once more, or that a lenient reading leaves out.</summary>
    void Forget(RuleParts part)
    {
        _bits.Given &= ~part;
        switch (part)
        {
            case RuleParts.Interval: _bits.Interval = 1; break;
            case RuleParts.Count: _bits.Count = 0; break;
            case RuleParts.Until: _bits.Until = default; break;
            case RuleParts.BySecond: _bits.Seconds = 0; break;
            case RuleParts.ByMinute: _bits.Minutes = 0; break;
            case RuleParts.ByHour: _bits.Hours = 0; break;
            case RuleParts.ByDay: (_bits.Weekdays, _bits.Ordinals, _firstOrdinal) = (0, null, -1); break;
            case RuleParts.ByMonthDay: _bits.MonthDays = default; break;
            case RuleParts.ByYearDay: _bits.YearDays = default; break;
            case RuleParts.ByWeekNo: _bits.Weeks = default; break;
            case RuleParts.ByMonth: _bits.Months = 0; break;
            case RuleParts.BySetPos: _bits.Positions = default; break;
            case RuleParts.Wkst: _bits.WeekStart = 0; break;
            case RuleParts.Skip: _bits.Skip = SkipMode.Omit; break;
        }
    }

    bool Fail(RecurrenceErrorCode code, string part, int position, int length, string message)
    {
        _error = new RecurrenceError(code, part, position, length, message);
        return false;
    }

    /// <summary>In a lenient reading, notes what is wrong and goes on.</summary>
    bool Overlook(string code, int position, string message, string consequence) => _syntax == RuleSyntax.Lenient && Warn(code, position, $"{message}; {consequence}");

    bool Warn(string code, int position, string message)
    {
        (_warnings ??= []).Add(new RecurrenceWarning(code, position, message));
        return true;
    }

    [System.Runtime.CompilerServices.InlineArray(16)]
    struct PartPositions
    {
        int _first;
    }
}
