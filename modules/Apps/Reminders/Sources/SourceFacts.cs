using NodaTime;

namespace Mana.Apps.Reminders.Sources;

/// <summary>What a record says about its time, as it is now.</summary>
/// <param name="Active">It exists, is not deleted and not done.</param>
/// <param name="ZoneId">The record's own zone, if it has one.</param>
/// <param name="Title">Perhaps ciphertext: see <see cref="Delivery.ReminderText"/>.</param>
/// <param name="BlockId">The time block that the time was read from.</param>
internal sealed record SourceFacts(bool Active, Anchor? Anchor, string? ZoneId = null, string? Title = null, string? BlockId = null)
{
    public static readonly SourceFacts Gone = new(false, null);

    /// <summary>Of everything that was read for it: another value, another answer. Whoever has acted on facts reads once more and compares.</summary>
    public long Seen { get; init; }

    /// <summary>The only person who may know of it, when something that was read is private; nobody, when several are.</summary>
    public string? OnlyFor { get; init; }

    /// <summary>What a person may know: for others a private record is as good as none.</summary>
    public SourceFacts For(string userId) => OnlyFor is null || OnlyFor == userId ? this : Gone with { Seen = Seen };

    /// <summary>What the record itself asks for: reminders of an event, of a watering schedule.</summary>
    public IReadOnlyList<WantedReminder> Wanted { get; init; } = [];
}

/// <summary>A reminder that a record carries.</summary>
internal sealed record WantedReminder(string Name, int MinutesBefore, string[] Channels);

/// <summary>What a reminder counts back from.</summary>
internal abstract record Anchor
{
    public sealed record At(Instant Instant) : Anchor;

    /// <summary>A civil time without a zone: in the reader's.</summary>
    public sealed record Civil(LocalDateTime Time) : Anchor;

    /// <summary>A day: at the reader's time for all-day things.</summary>
    public sealed record Day(LocalDate Date) : Anchor;

    /// <summary>A series, with the instances that the client has changed, those that are left out, and those beside the rule.</summary>
    public sealed record Series(Anchor First, bool AllDay, string Rule, IReadOnlyDictionary<LocalDate, Exception> Exceptions) : Anchor
    {
        public IReadOnlyList<Anchor> Left { get; init; } = [];

        public IReadOnlyList<Anchor> Added { get; init; } = [];
    }

    /// <summary>A changed instance; null: it does not take place.</summary>
    public sealed record Exception(Anchor? Moved);
}
