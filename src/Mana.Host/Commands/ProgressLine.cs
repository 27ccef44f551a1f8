using System.Globalization;
using Mana.Sync.Contracts;

namespace Mana.Host.Commands;

/// <summary>A bar that redraws itself on a terminal; anywhere else a line every few seconds.</summary>
internal sealed class ProgressLine(TextWriter output, bool redirected, TimeProvider time) : IProgress<ImportProgress>
{
    const int BarWidth = 30;
    static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan NextLine = TimeSpan.FromSeconds(5);
    ImportPhase? _phase;
    long _phaseStarted;
    long _shown;
    int _width;

    public void Report(ImportProgress value)
    {
        var now = time.GetTimestamp();
        var isNew = _phase != value.Phase;
        if (isNew)
        {
            End();
            (_phase, _phaseStarted) = (value.Phase, now);
        }

        if (!isNew && value.Done < value.Total && time.GetElapsedTime(_shown, now) < (redirected ? NextLine : Redraw))
            return;
        _shown = now;
        Show(Text(value, time.GetElapsedTime(_phaseStarted, now)));
    }

    /// <summary>Leaves the bar standing and goes to the next line.</summary>
    public void End()
    {
        if (_width > 0)
            output.WriteLine();
        (_phase, _width) = (null, 0);
    }

    internal static string Text(ImportProgress progress, TimeSpan elapsed)
    {
        var share = progress.Total == 0 ? 1 : Math.Min(1, (double)progress.Done / progress.Total);
        var perSecond = elapsed.TotalSeconds > 0 ? progress.Done / elapsed.TotalSeconds : 0;
        var left = perSecond > 0 ? TimeSpan.FromSeconds(Math.Min((progress.Total - progress.Done) / perSecond, 359_999)) : TimeSpan.Zero;
        var filled = (int)(share * BarWidth);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.Phase,-9} [{new string('#', filled)}{new string('.', BarWidth - filled)}] {share,4:P0}  {progress.Done:N0} of {progress.Total:N0} rows  {perSecond:N0} rows/s  {(int)left.TotalHours}:{left:mm\\:ss} left");
    }

    void Show(string text)
    {
        if (redirected)
        {
            output.WriteLine(text);
            return;
        }

        output.Write("\r" + text.PadRight(_width));
        _width = text.Length;
    }
}
