using Mana.Credits.Contracts;
using Mana.Credits.Data;

namespace Mana.Credits.SyncBilling;

/// <summary>commerce.md 3.3, with what 4.5 adds.</summary>
internal sealed record SyncStatusBody(
    bool Active, string Interval, DateTimeOffset? NextChargeAt, DateTimeOffset? PausedAt, bool Gifted, DateTimeOffset? GraceUntil, CreditAmount Price, bool AutoResume, bool CancelAtPeriodEnd)
{
    public static SyncStatusBody None(SyncPrice price) => new(false, "monthly", null, null, false, null, price.Of("monthly"), true, false);

    public static SyncStatusBody Of(SyncSubscription row, SyncPrice price) => new(
        row.Active, row.Interval, row.NextChargeAt, row.PausedAt, row.IsGifted, row.GraceUntil, price.Of(row.Interval), row.AutoResume, row.CancelAtPeriodEnd);
}

/// <summary>What became of a change that somebody wanted.</summary>
internal abstract record SyncChange
{
    /// <summary>It is as was wanted.</summary>
    /// <param name="Charged">Null: nothing was to be charged.</param>
    public sealed record Done(SyncSubscription Row, CreditAmount? Charged) : SyncChange;

    public sealed record AlreadyActive : SyncChange;

    public sealed record NotActive : SyncChange;

    public sealed record Gifted : SyncChange;

    public sealed record NotGifted : SyncChange;

    public sealed record NotFound : SyncChange;

    /// <summary>The charge was refused; never <see cref="PostingResult.Posted"/>.</summary>
    public sealed record Refused(PostingResult Why) : SyncChange;
}

/// <summary>One look at one row that was due.</summary>
internal enum RenewalOutcome
{
    /// <summary>Another host, or nobody: nothing was due any more.</summary>
    Nothing,
    Charged,
    Grace,
    Paused,
    Ended,
    Resumed,
    Error,
}
