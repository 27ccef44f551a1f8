namespace Mana.Recurrence.Contracts;

/// <summary>How closely a text must follow the grammar.</summary>
public enum RuleSyntax
{
    /// <summary>RFC 5545 3.3.10 and RFC 7529 to the letter: the value of an RRULE property and nothing around it.</summary>
    Exact,

    /// <summary>
    /// What people send to the HTTP endpoints (compute.md 6.5, "strict"): also an <c>RRULE:</c> in front, space around it, one <c>;</c> at the end,
    /// and an UNTIL of another type than DTSTART with a warning. At most 500 characters.
    /// </summary>
    Strict,

    /// <summary>What calendars export (compute.md 6.5, "lenient"): whatever can be overlooked is, with a warning. At most 8,192 characters.</summary>
    Lenient,
}
