using System.Globalization;

namespace Mana.Auth.Organizations;

/// <summary>Numbers of a query string.</summary>
internal static class Page
{
    public const string Rule = "A whole number that is not negative";

    /// <summary>False when it is no number. More than <paramref name="most"/> is <paramref name="most"/>.</summary>
    public static bool TryRead(string? text, int absent, int most, out int value)
    {
        value = absent;
        if (string.IsNullOrEmpty(text))
            return true;
        var good = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read);
        value = Math.Min(read, most);
        return good;
    }
}
