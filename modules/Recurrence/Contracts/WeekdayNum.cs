using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>An element of BYDAY: <c>MO</c> is every Monday (ordinal 0), <c>-1FR</c> the last Friday of the month or year.</summary>
public readonly record struct WeekdayNum(int Ordinal, IsoDayOfWeek Day)
{
    internal const string Names = "MOTUWETHFRSASU";

    /// <summary>0 for Monday: how the engine counts weekdays.</summary>
    internal int Index => (int)Day - 1;

    internal static string NameOf(int index) => Names.Substring(index * 2, 2);

    public override string ToString() => Ordinal == 0 ? NameOf(Index) : Ordinal + NameOf(Index);
}
