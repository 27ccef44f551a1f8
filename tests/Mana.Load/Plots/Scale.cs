namespace Mana.Load.Plots;

/// <summary>Values along an axis, with round numbers to mark it by.</summary>
internal sealed class Scale
{
    const int Marks = 4;
    readonly bool _isLogarithmic;
    readonly double _from;
    readonly double _to;

    Scale(bool isLogarithmic, double from, double to, IReadOnlyList<double> ticks) => (_isLogarithmic, _from, _to, Ticks) = (isLogarithmic, from, to, ticks);

    public IReadOnlyList<double> Ticks { get; }

    /// <summary>From zero to a round number at or above <paramref name="highest"/>.</summary>
    public static Scale Linear(double highest)
    {
        var step = Round(Math.Max(highest, 1e-9) / Marks);
        var count = (int)Math.Ceiling((highest / step) - 1e-9);
        return new Scale(false, 0, Math.Max(1, count) * step, [.. Enumerable.Range(0, Math.Max(1, count) + 1).Select(i => i * step)]);
    }

    /// <summary>Whole decades around the values.</summary>
    public static Scale Logarithmic(double lowest, double highest)
    {
        var from = (int)Math.Floor(Math.Log10(Math.Max(lowest, 0.1)));
        var to = Math.Max(from + 1, (int)Math.Ceiling(Math.Log10(Math.Max(highest, 0.1)) - 1e-9));
        return new Scale(true, from, to, [.. Enumerable.Range(from, to - from + 1).Select(power => Math.Pow(10, power))]);
    }

    /// <summary>0 at the beginning of the axis, 1 at its end.</summary>
    public double At(double value) => Math.Clamp(((_isLogarithmic ? Math.Log10(Math.Max(value, 1e-9)) : value) - _from) / (_to - _from), 0, 1);

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    static double Round(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }
}
