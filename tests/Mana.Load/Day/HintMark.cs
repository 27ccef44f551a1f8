using System.Diagnostics;

namespace Mana.Load.Day;

/// <summary>A push of another device that this one has not heard of yet: the oldest, when several are under way.</summary>
internal sealed class HintMark
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    long _sent;

    /// <summary>Pushes that this device, connected all the while, had not heard of after five seconds, when the next one came.</summary>
    public int Missed { get; private set; }

    public void Set(long sent)
    {
        if (Interlocked.CompareExchange(ref _sent, sent, 0) is var before and > 0 && Stopwatch.GetElapsedTime(before, sent) > Patience)
        {
            Missed++;
            Interlocked.CompareExchange(ref _sent, sent, before);
        }
    }

    /// <summary>When it was sent; 0: nobody knows of any.</summary>
    public long Take() => Interlocked.Exchange(ref _sent, 0);

    public void Clear() => Interlocked.Exchange(ref _sent, 0);
}
