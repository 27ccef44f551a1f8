using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Sync.Contracts;

namespace Mana.Host.Commands;

/// <summary>A bar that redraws itself on a terminal; anywhere else a line every few seconds.</summary>
internal sealed class ProgressLine(TextWriter output, bool redirected, TimeProvider time) : IProgress<ImportProgress>, IProgress<AuthImportProgress>
{
    const int BarWidth = 30;
    static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan NextLine = TimeSpan.FromSeconds(5);
    string? _phase;
    long _phaseStarted;
    long _shown;
    int _width;

    public void Report(ImportProgress value) => Report(value.Phase.ToString(), value.Done, value.Total);

    public void Report(AuthImportProgress value) => Report(value.Step, value.Done, value.Total);

    void Report(string phase, long done, long total)
    {
        var now = time.GetTimestamp();
        var isNew = _phase != phase;
        if (isNew)
        {
            End();
            (_phase, _phaseStarted) = (phase, now);
        }

        if (!isNew && done < total && time.GetElapsedTime(_shown, now) < (redirected ? NextLine : Redraw))
            return;
        _shown = now;
        Show(Text(phase, done, total, time.GetElapsedTime(_phaseStarted, now)));
    }

    /// <summary>Leaves the bar standing and goes to the next line.</summary>
    public void End()
    {
        if (_width > 0)
            output.WriteLine();
        (_phase, _width) = (null, 0);
    }

    internal static string Text(string phase, long done, long total, TimeSpan elapsed)
    {
        var share = total == 0 ? 1 : Math.Min(1, (double)done / total);
        var perSecond = elapsed.TotalSeconds > 0 ? done / elapsed.TotalSeconds : 0;
        var left = perSecond > 0 ? TimeSpan.FromSeconds(Math.Min((total - done) / perSecond, 359_999)) : TimeSpan.Zero;
        var filled = (int)(share * BarWidth);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{phase,-9} [{new string('#', filled)}{new string('.', BarWidth - filled)}] {share,4:P0}  {done:N0} of {total:N0} rows  {perSecond:N0} rows/s  {(int)left.TotalHours}:{left:mm\\:ss} left");
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
