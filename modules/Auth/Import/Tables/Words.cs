using Mana.Auth.Data.Configurations;

namespace Mana.Auth.Import.Tables;

/// <summary>Words of an enumeration, as the original wrote them.</summary>
internal static class Words
{
    /// <summary>The word that is stored: in lower case, and the usual one where it is none of ours; then with a remark.</summary>
    public static (string Word, string? Remark) Of<TEnum>(string? text, TEnum usual, string column)
        where TEnum : struct, Enum
    {
        var word = text?.Trim();
        foreach (var value in Enum.GetValues<TEnum>())
            if (string.Equals(LowerCaseEnum.Text(value), word, StringComparison.OrdinalIgnoreCase))
                return (LowerCaseEnum.Text(value), null);
        return (LowerCaseEnum.Text(usual), word is null ? null : $"unknown {column}, taken as {LowerCaseEnum.Text(usual)}");
    }
}
