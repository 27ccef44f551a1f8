using Mana.Recurrence.Contracts;

namespace Mana.Recurrence.Parsing;

/// <content>What the parts may not be together (RFC 5545 3.3.10, table and notes), after the whole text was read.</content>
internal ref partial struct RuleParser
{
    bool Check(StartKind? start) =>
        CheckFreq() && CheckBounds() && CheckUntilType(start) && CheckOrdinals() && CheckAllowedParts() && CheckSetPos() && CheckSkip() && CheckDate(start);

    bool CheckFreq() => _bits.Has(RuleParts.Freq) || Fail(RecurrenceErrorCode.MissingFreq, "FREQ", 0, 0, "FREQ is required");

    bool CheckBounds()
    {
        if (!_bits.Has(RuleParts.Count) || !_bits.Has(RuleParts.Until))
            return true;
        var position = Math.Max(At(RuleParts.Count), At(RuleParts.Until));
        return Overlook("RRULE_COUNT_AND_UNTIL", position, "COUNT and UNTIL must not both occur", "the earlier bound wins")
            || Fail(RecurrenceErrorCode.CountAndUntil, "", position, 0, "COUNT and UNTIL must not both occur");
    }

    bool CheckUntilType(StartKind? start)
    {
        if (!_bits.Has(RuleParts.Until) || start is null)
            return true;
        var wanted = start switch { StartKind.Date => UntilKind.Date, StartKind.Floating => UntilKind.Local, _ => UntilKind.Utc };
        if (_bits.Until.Kind == wanted)
            return true;
        var message = $"UNTIL must be {Lower(wanted)} when DTSTART is {Lower(start)}";
        return _syntax == RuleSyntax.Exact
            ? Fail(RecurrenceErrorCode.UntilType, "UNTIL", At(RuleParts.Until), 0, message)
            : Warn("RRULE_UNTIL_TYPE", At(RuleParts.Until), message);
    }

    bool CheckOrdinals()
    {
        if (_firstOrdinal < 0)
            return true;
        var withWeek = _bits.Frequency == Frequency.Yearly && _bits.Has(RuleParts.ByWeekNo);
        if (_bits.Frequency >= Frequency.Monthly && !withWeek)
            return true;
        var message = withWeek ? "BYDAY ordinal not with BYWEEKNO" : "BYDAY ordinal only with MONTHLY or YEARLY";
        if (!Overlook("RRULE_BYDAY_ORDINAL", _firstOrdinal, message, "ordinal dropped"))
            return Fail(RecurrenceErrorCode.OrdinalNotAllowed, "BYDAY", _firstOrdinal, 0, message);
        foreach (var ordinal in _bits.Ordinals ?? [])
            _bits.Weekdays |= 1U << ordinal.Index;
        _bits.Ordinals = null;
        return true;
    }

    bool CheckAllowedParts()
    {
        var frequency = _bits.Frequency;
        return (frequency != Frequency.Weekly || Allowed(RuleParts.ByMonthDay, "BYMONTHDAY not with WEEKLY", false))
            && (frequency is not (Frequency.Daily or Frequency.Weekly or Frequency.Monthly) || Allowed(RuleParts.ByYearDay, "BYYEARDAY not with DAILY, WEEKLY, MONTHLY", true))
            && (frequency == Frequency.Yearly || Allowed(RuleParts.ByWeekNo, "BYWEEKNO only with YEARLY", false));
    }

    bool Allowed(RuleParts part, string message, bool keep)
    {
        if (!_bits.Has(part))
            return true;
        if (!Overlook("RRULE_" + NameOf(part), At(part), message, keep ? "applied as a limit" : "part ignored"))
            return Fail(RecurrenceErrorCode.PartNotAllowed, NameOf(part), At(part), 0, message);
        if (!keep)
            Forget(part);
        return true;
    }

    bool CheckSetPos()
    {
        const string Message = "BYSETPOS needs another BYxxx part";
        if (!_bits.Has(RuleParts.BySetPos) || _bits.Has(RuleParts.AnyBy))
            return true;
        var position = At(RuleParts.BySetPos);
        if (!Overlook("RRULE_BYSETPOS", position, Message, "part ignored"))
            return Fail(RecurrenceErrorCode.SetposAlone, "BYSETPOS", position, 0, Message);
        Forget(RuleParts.BySetPos);
        return true;
    }

    /// <summary>RFC 7529 4.1: SKIP exists only beside RSCALE.</summary>
    bool CheckSkip()
    {
        if (!_bits.Has(RuleParts.Skip) || _bits.Has(RuleParts.RScale))
            return true;
        var position = At(RuleParts.Skip);
        if (!Overlook("RRULE_SKIP", position, "SKIP needs RSCALE", "part ignored"))
            return Fail(RecurrenceErrorCode.UnknownPart, "SKIP", position, 4, "SKIP needs RSCALE (RFC 7529)");
        Forget(RuleParts.Skip);
        return true;
    }

    /// <summary>With a DATE, parts of the time of day MUST be ignored (3.3.10); a frequency below a day means nothing at all.</summary>
    bool CheckDate(StartKind? start)
    {
        if (start != StartKind.Date)
            return true;
        if (_bits.Frequency < Frequency.Daily)
            return Fail(RecurrenceErrorCode.FreqOnDate, "FREQ", At(RuleParts.Freq), 0, $"FREQ={_bits.Frequency.ToString().ToUpperInvariant()} needs a DTSTART with a time");
        foreach (var part in (ReadOnlySpan<RuleParts>)[RuleParts.BySecond, RuleParts.ByMinute, RuleParts.ByHour])
            if (_bits.Has(part))
            {
                Warn("RRULE_TIME_ON_DATE", At(part), $"{NameOf(part)} is ignored when DTSTART is a date");
                Forget(part);
            }

        return true;
    }

    readonly int At(RuleParts part) => _positions[System.Numerics.BitOperations.TrailingZeroCount((int)part)];

    static string Lower<T>(T value) => value!.ToString()!.ToLowerInvariant();
}
