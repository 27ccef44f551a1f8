using System.Globalization;

namespace Mana.Kernel.Wire;

/// <summary>Numbers in a query: what is no number is a 400, what is too large is cut (commerce.md 1.5).</summary>
public static class PageQuery
{
    public const int LargestPage = 200;

    /// <summary>Rows that are skipped are read all the same.</summary>
    const int LargestOffset = 10_000;

    public static bool TryRead(string? limit, string? offset, int otherwise, out int rows, out int skip)
    {
        var valid = TryNumber(limit, otherwise, out rows) & TryNumber(offset, 0, out skip);
        // Behind the last page that is served there is nothing: who reads until a page is empty comes to an end.
        (rows, skip) = (skip > LargestOffset ? 0 : Math.Clamp(rows, 1, LargestPage), Math.Clamp(skip, 0, LargestOffset));
        return valid;
    }

    public static bool TryNumber(string? text, int otherwise, out int number)
    {
        number = otherwise;
        return string.IsNullOrEmpty(text) || int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }
}
