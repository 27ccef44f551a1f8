using System.Text.Json.Nodes;

namespace Mana.FakeStripe.Shapes;

/// <summary>New objects in the shape of Stripe's own fixtures, and small ways to read and write them.</summary>
public static class Shape
{
    static readonly JsonObject Fixtures = Load();

    /// <summary>A copy of the fixture of this kind; what it says by accident is the caller's to overwrite.</summary>
    public static JsonObject New(string kind) => Fixtures["resources"]![kind]!.DeepClone().AsObject();

    public static string Text(this JsonObject json, string name) => json[name]?.GetValue<string>() ?? "";

    public static long Number(this JsonObject json, string name) => json[name] switch
    {
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        _ => 0,
    };

    public static bool Flag(this JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static DateTimeOffset Instant(this JsonObject json, string name) => DateTimeOffset.FromUnixTimeSeconds(json.Number(name));

    /// <summary>Sets several members at once; a null value is written as null.</summary>
    public static JsonObject With(this JsonObject json, params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        foreach (var (name, value) in members)
            json[name] = value;
        return json;
    }

    /// <summary>A member that is an object, made when it is not there.</summary>
    public static JsonObject Part(this JsonObject json, string name)
    {
        if (json[name] is not JsonObject part)
            json[name] = part = [];
        return part;
    }

    public static JsonNode? Seconds(DateTimeOffset? at) => at is { } instant ? JsonValue.Create(instant.ToUnixTimeSeconds()) : null;

    static JsonObject Load()
    {
        using var stream = typeof(Shape).Assembly.GetManifestResourceStream("fixtures.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
