using System.Globalization;

namespace Mana.Simulation.Devices;

/// <summary>Times as devices write them. Only worlds without legacy devices, which compare text, use more than one spelling.</summary>
internal enum TimeStyle
{
    /// <summary>JavaScript's <c>toISOString</c>.</summary>
    Millis,
    Micros,
    Offset,
}

internal static class Instants
{
    public const string Epoch = "1970-01-01T00:00:00.000Z";

    public static string Format(long micros, TimeStyle style)
    {
        var instant = DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
        return style switch
        {
            TimeStyle.Millis => instant.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            TimeStyle.Micros => instant.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            TimeStyle.Offset => instant.AddHours(2).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+02:00'", CultureInfo.InvariantCulture),
        };
    }

    public static long Parse(string text) =>
        (DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long Of(DateTimeOffset instant) => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
