namespace Mana.Load.Soak;

/// <summary>Is it growing? Least squares over the last three quarters: the first quarter is warm-up.</summary>
internal static class Trend
{
    public static double PerHour(IReadOnlyList<SoakSample> samples, Func<SoakSample, double> value)
    {
        var settled = samples.Skip(samples.Count / 4).ToList();
        var (meanTime, meanValue) = (settled.Average(sample => sample.Minutes), settled.Average(value));
        var spread = settled.Sum(sample => Math.Pow(sample.Minutes - meanTime, 2));
        return spread == 0 ? 0 : settled.Sum(sample => (sample.Minutes - meanTime) * (value(sample) - meanValue)) / spread * 60;
    }
}
