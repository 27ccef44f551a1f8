using System.Globalization;
using System.Text.RegularExpressions;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Recurrence;

/// <summary>Durations of ISO 8601 and RFC 5545 3.3.6: <c>PT1H30M</c>, <c>P1D</c>, <c>P2W</c>, <c>-PT15M</c>.</summary>
internal static partial class IsoDuration
{
    const int MostDays = 366 * 20;

    /// <summary>Not negative; null when it is no duration, or a longer one than twenty years.</summary>
    public static SeriesDuration? Read(string text) => Signed(text) is { } duration && duration.Days >= 0 && duration.Time >= Duration.Zero ? duration : null;

    /// <summary>With its sign: alarms lie before what they announce.</summary>
    public static SeriesDuration? Signed(string text)
    {
        if (Form().Match(text) is not { Success: true } match || text.EndsWith('P') || text.EndsWith('T'))
            return null;
        var sign = match.Groups["sign"].Value == "-" ? -1 : 1;
        var days = (Part(match, "w") * 7) + Part(match, "d");
        var seconds = (Part(match, "h") * 3600) + (Part(match, "m") * 60) + Part(match, "s");
        return days > MostDays || seconds > MostDays * 86_400L ? null : SeriesDuration.Nominal((int)(sign * days), Duration.FromSeconds(sign * seconds));
    }

    static long Part(Match match, string name) => match.Groups[name] is { Success: true } group ? long.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?<sign>[+-]?)P(?:(?<w>\d{1,7})W)?(?:(?<d>\d{1,7})D)?(?:T(?:(?<h>\d{1,8})H)?(?:(?<m>\d{1,9})M)?(?:(?<s>\d{1,10})S)?)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}
