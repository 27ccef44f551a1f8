using Mana.Kernel.Ids;

namespace Mana.Apps.Reminders.Delivery;

/// <summary>When an attempt is followed by another: 0, 30 s, 2 min, 10 min, 1 h, 6 h after the first (compute.md 8.7), each wait ± 20 %.</summary>
internal sealed class ReminderRetries(ReminderOptions options, IIdSource ids)
{
    const double Jitter = 0.2;
    static readonly TimeSpan[] Marks = [TimeSpan.Zero, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6)];

    /// <summary>A reminder that is a day late is none.</summary>
    static readonly TimeSpan Useful = TimeSpan.FromHours(24);

    /// <summary>Null when there were enough attempts, or the next would come too late.</summary>
    public DateTimeOffset? After(LeasedDelivery delivery, TimeSpan? askedFor, DateTimeOffset now)
    {
        if (delivery.Attempt >= Math.Min(options.MaxAttempts, Marks.Length))
            return null;
        Span<byte> random = stackalloc byte[2];
        ids.Fill(random);
        var chance = BitConverter.ToUInt16(random) / (double)ushort.MaxValue;
        var wait = (Marks[delivery.Attempt] - Marks[delivery.Attempt - 1]) * (1 - Jitter + (2 * Jitter * chance));
        if (askedFor > wait)
            wait = askedFor.Value;
        return now + wait <= delivery.AnchorAt + Useful ? now + wait : null;
    }
}
