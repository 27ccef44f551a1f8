using NodaTime;

namespace Mana.Recurrence.Calendar;

/// <summary>Turns ascending civil seconds into NodaTime's values, remembering the year and the time of day: the next one mostly has the same.</summary>
internal struct CivilClock
{
    int _year;
    int _yearStart;
    int _yearEnd;
    int _type;
    int _ofDay;
    LocalTime _time;

    public LocalDateTime ToLocal(long second)
    {
        var day = (int)(second / Gregorian.SecondsPerDay);
        var ofDay = (int)(second - (day * (long)Gregorian.SecondsPerDay));
        if (ofDay != _ofDay)
            (_ofDay, _time) = (ofDay, LocalTime.FromSecondsSinceMidnight(ofDay));
        if (day < _yearStart || day >= _yearEnd)
            Turn(day);
        var dayOfYear = day - _yearStart;
        var month = Gregorian.MonthOf(_year, dayOfYear);
        return new LocalDate(_year, month, dayOfYear - Gregorian.MonthStart(_type, month) + 1).At(_time);
    }

    void Turn(int day)
    {
        // Mostly it is the next year.
        _year = day >= _yearEnd && _year < Gregorian.MaxYear && day < Gregorian.YearStart(_year + 2) ? _year + 1 : Gregorian.YearOf(day);
        _yearStart = Gregorian.YearStart(_year);
        _yearEnd = Gregorian.YearStart(_year + 1);
        _type = Gregorian.YearType(_year);
    }
}
