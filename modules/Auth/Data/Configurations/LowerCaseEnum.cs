using System.Globalization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Mana.Auth.Data.Configurations;

/// <summary>
/// Enumerations are text with a CHECK: adding a value is then an ordinary migration in a transaction, and an import needs no casts.
/// </summary>
internal static class LowerCaseEnum
{
    public static string Text<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLower(CultureInfo.InvariantCulture);

    public static ValueConverter<TEnum, string> Of<TEnum>()
        where TEnum : struct, Enum => new(value => Text(value), text => Enum.Parse<TEnum>(text, true));

    public static string Check<TEnum>(string column)
        where TEnum : struct, Enum => $"{column} IN ({string.Join(", ", Enum.GetValues<TEnum>().Select(value => $"'{Text(value)}'"))})";
}
