using NodaTime;

namespace Mana.Recurrence.Contracts;

/// <summary>One instance of a series.</summary>
/// <param name="StartUtc">For floating time and dates: as if the civil time were UTC.</param>
/// <param name="StartCivil">What the clock of the series' zone shows.</param>
/// <param name="Offset">Of the zone at that instant.</param>
/// <param name="EndUtc">Equal to the start when the series has no duration.</param>
/// <param name="Id">Where the rule put it: the key of overrides and cursors.</param>
/// <param name="Index">From 0, in this enumeration.</param>
/// <param name="Shifted">A gap of the zone moved it (compute.md 6.7).</param>
public readonly record struct Occurrence(
    Instant StartUtc, LocalDateTime StartCivil, string? ZoneId, Offset Offset, bool AllDay, Instant EndUtc, RecurrenceId Id, int Index, bool IsOverride, bool IsRDate, bool Shifted);

/// <summary>RECURRENCE-ID: the original start of an instance, by instant and as civil time.</summary>
public readonly record struct RecurrenceId(Instant Utc, LocalDateTime Civil, bool IsDate);

/// <summary>
/// Instances with <c>From &lt;= start &lt; Before</c>; null is open. With <paramref name="Overlapping"/> also those that started before and have not ended.
/// </summary>
public readonly record struct OccurrenceWindow(Instant? From = null, Instant? Before = null, bool Overlapping = false);
