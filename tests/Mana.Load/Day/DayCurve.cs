namespace Mana.Load.Day;

/// <summary>
/// When people use their apps: little at night, a peak before work, a small one at noon, a high one in the evening, four times the mean. Everybody leans a little
/// towards the morning or the evening; together they make the curve.
/// </summary>
internal static class DayCurve
{
    public const double Hours = 24;

    /// <summary>Hour, width (standard deviation) and share of the day.</summary>
    static readonly (double Hour, double Width, double Share)[] Peaks = [(7.5, 0.9, 0.30), (12.5, 0.8, 0.10), (20, 1.1, 0.45)];
    static readonly double AnyTime = 1 - Peaks.Sum(peak => peak.Share);

    /// <summary>How busy an hour is, beside the mean of the day.</summary>
    public static double At(double hour) => AnyTime + (Hours * Peaks.Sum(peak =>
        peak.Share * Math.Exp(-Math.Pow((hour - peak.Hour) / peak.Width, 2) / 2) / (peak.Width * Math.Sqrt(2 * Math.PI))));

    /// <summary>An hour of the day.</summary>
    /// <param name="lean">From -1, who is up early, to 1, who is up late; 0 on average.</param>
    public static double Draw(Random random, double lean = 0)
    {
        while (true)
        {
            var hour = Once(random, lean);
            if (hour is >= 0 and < Hours)
                return hour;
        }
    }

    static double Once(Random random, double lean)
    {
        var left = random.NextDouble();
        for (var i = 0; i < Peaks.Length; i++)
        {
            // What the morning loses the evening gains.
            var (hour, width, share) = Peaks[i];
            left -= share + (i == 0 ? -0.15 : i == Peaks.Length - 1 ? 0.15 : 0) * lean;
            if (left < 0)
                return hour + (width * Normal(random));
        }

        return random.NextDouble() * Hours;
    }

    static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
