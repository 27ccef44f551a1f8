namespace Mana.Recurrence.Contracts;

/// <summary>The value type of DTSTART.</summary>
public enum StartKind
{
    Date,
    Floating,
    Utc,
    Zoned,
    FixedOffset,
}
