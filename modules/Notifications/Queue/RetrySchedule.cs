using Mana.Kernel.Ids;

namespace Mana.Notifications.Queue;

/// <summary>When a mail that could not be sent is tried again: seven attempts within about 19 hours.</summary>
internal sealed class RetrySchedule(IIdSource ids)
{
    /// <summary>A fifth more or less, so that the mails of an outage do not all come back in one second.</summary>
    const double Jitter = 0.2;

    static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
    ];

    public static int MaxAttempts => Waits.Length + 1;

    /// <summary>Null when there were enough attempts.</summary>
    public TimeSpan? WaitAfter(int attempts)
    {
        if (attempts >= MaxAttempts)
            return null;
        Span<byte> random = stackalloc byte[2];
        ids.Fill(random);
        var chance = BitConverter.ToUInt16(random) / (double)ushort.MaxValue;
        return Waits[attempts - 1] * (1 - Jitter + (2 * Jitter * chance));
    }
}
