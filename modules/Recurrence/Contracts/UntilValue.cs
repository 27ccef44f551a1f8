using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>The value type of an UNTIL (RFC 5545 3.3.10).</summary>
public enum UntilKind
{
    /// <summary><c>20261231</c></summary>
    Date,

    /// <summary><c>20261231T235959</c>, without a zone.</summary>
    Local,

    /// <summary><c>20261231T235959Z</c></summary>
    Utc,
}

/// <summary>The last moment that may be an instance, inclusive. A DATE means the whole of that day.</summary>
public readonly record struct UntilValue(UntilKind Kind, LocalDateTime Value)
{
    public override string ToString()
    {
        var v = Value;
        var date = $"{v.Year:D4}{v.Month:D2}{v.Day:D2}";
        return Kind == UntilKind.Date ? date : $"{date}T{v.Hour:D2}{v.Minute:D2}{v.Second:D2}{(Kind == UntilKind.Utc ? "Z" : "")}";
    }
}
