using System.Text.Json;

namespace Mana.Auth;

/// <summary>JSON can spell U+0000, half characters and numbers that PostgreSQL refuses; the second kind nothing can even read.</summary>
internal static class StoredJson
{
    const int LongestNumber = 64;

    public static bool IsStorable(JsonElement value)
    {
        try
        {
            return Holds(value);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    static bool Holds(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(member => !member.Name.Contains('\0', StringComparison.Ordinal) && Holds(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(Holds),
        JsonValueKind.String => !value.GetString()!.Contains('\0', StringComparison.Ordinal),
        JsonValueKind.Number => value.GetRawText() is { Length: <= LongestNumber } text && value.TryGetDouble(out var number) && double.IsFinite(number)
            && (number != 0 || text.AsSpan().IndexOfAny('e', 'E') < 0),
        _ => true,
    };
}
