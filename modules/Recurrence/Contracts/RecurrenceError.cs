namespace Mana.Recurrence.Contracts;

/// <summary>A refusal that points at the text: UTF-16 offset and length of the part, value or list element that is wrong.</summary>
/// <param name="Part">The rule part or property concerned, in upper case, or empty.</param>
/// <param name="Message">English, one line, for people; never parser internals.</param>
public sealed record RecurrenceError(RecurrenceErrorCode Code, string Part, int Position, int Length, string Message)
{
    /// <summary>The code in kebab case, as the test vectors name it: <c>out-of-range</c>.</summary>
    public string Name => string.Concat(Code.ToString().Select((c, i) => (i > 0 && char.IsUpper(c) ? "-" : "") + char.ToLowerInvariant(c)));

    /// <summary>The code on the wire (compute.md 6.5): <c>RRULE_BYHOUR</c>.</summary>
    public string WireCode => Code switch
    {
        RecurrenceErrorCode.DuplicatePart => "RRULE_DUPLICATE_PART",
        RecurrenceErrorCode.UnknownPart => Part is "RSCALE" or "SKIP" ? "RRULE_" + Part : "RRULE_UNKNOWN_PART",
        RecurrenceErrorCode.EmptyPart or RecurrenceErrorCode.NoEquals => "RRULE_UNKNOWN_PART",
        RecurrenceErrorCode.Empty or RecurrenceErrorCode.MissingFreq => "RRULE_FREQ",
        RecurrenceErrorCode.CountAndUntil => "RRULE_COUNT_AND_UNTIL",
        RecurrenceErrorCode.UntilType => "RRULE_UNTIL_TYPE",
        RecurrenceErrorCode.OrdinalNotAllowed => "RRULE_BYDAY_ORDINAL",
        RecurrenceErrorCode.FreqOnDate => "RRULE_FREQ_ON_DATE",
        RecurrenceErrorCode.TooLong or RecurrenceErrorCode.TooMany => "RRULE_TOO_LONG",
        RecurrenceErrorCode.Unsatisfiable => "RRULE_UNSATISFIABLE",
        RecurrenceErrorCode.UnknownZone => "TZID_UNKNOWN",
        RecurrenceErrorCode.BadDate => Part == "DTSTART" ? "INVALID_DTSTART" : "INVALID_" + Part,
        RecurrenceErrorCode.MissingStart => "INVALID_DTSTART",
        RecurrenceErrorCode.UnknownProperty => "RRULE_UNKNOWN_PART",
        _ => "RRULE_" + Part,
    };

    public override string ToString() => $"{Message} ({Name} at {Position})";
}

/// <summary>Something a tolerant reading overlooked: the wire code of the error it would have been, and where.</summary>
public sealed record RecurrenceWarning(string Code, int Position, string Message);
