using System.Text.Json;

namespace Mana.Payments.Api;

/// <summary>Looks at JSON of Stripe that may lack any member. References come as an id or, where they were expanded, as the object itself.</summary>
internal static class StripeJson
{
    public static JsonElement? Object(this JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Object } value ? value : null;

    public static string? Text(this JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static string Needed(this JsonElement element, string name) => element.Text(name) ?? throw new FormatException($"'{name}' is missing.");

    public static long? Number(this JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    public static bool? OptionalFlag(this JsonElement element, string name) => Member(element, name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => null,
    };

    public static bool Flag(this JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.True };

    public static DateTimeOffset? Instant(this JsonElement element, string name) =>
        element.Number(name) is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    public static string? Reference(this JsonElement element, string name) => Member(element, name) switch
    {
        { ValueKind: JsonValueKind.String } id => id.GetString(),
        { ValueKind: JsonValueKind.Object } whole => whole.Text("id"),
        _ => null,
    };

    public static IReadOnlyDictionary<string, string> Map(this JsonElement element, string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (element.Object(name) is { } members)
            foreach (var member in members.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String))
                map[member.Name] = member.Value.GetString()!;
        return map;
    }

    /// <summary>The elements of an array, or of the <c>data</c> of a list.</summary>
    public static IEnumerable<JsonElement> List(this JsonElement element, string name) => Member(element, name) switch
    {
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        { ValueKind: JsonValueKind.Object } list => list.List("data"),
        _ => [],
    };

    static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
