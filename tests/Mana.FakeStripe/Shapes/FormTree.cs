using System.Text.Json.Nodes;

namespace Mana.FakeStripe.Shapes;

/// <summary>Form fields like <c>line_items[0][price]</c> as a tree of objects; positions are members named by their number.</summary>
public static class FormTree
{
    public static JsonObject Parse(IEnumerable<KeyValuePair<string, string>> fields)
    {
        var root = new JsonObject();
        foreach (var (name, value) in fields)
        {
            var path = name.Replace("]", "", StringComparison.Ordinal).Split('[');
            var at = root;
            foreach (var part in path[..^1])
                at = at.Part(part);
            at[path[^1].Length > 0 ? path[^1] : at.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)] = value;
        }

        return root;
    }

    /// <summary>The text at a path, null when it is not there.</summary>
    public static string? At(this JsonObject form, params ReadOnlySpan<string> path)
    {
        JsonNode? at = form;
        foreach (var part in path)
            at = at is JsonObject inner ? inner[part] : null;
        return at is JsonValue value ? value.GetValue<string>() : null;
    }

    public static JsonObject? Branch(this JsonObject form, params ReadOnlySpan<string> path)
    {
        JsonNode? at = form;
        foreach (var part in path)
            at = at is JsonObject inner ? inner[part] : null;
        return at as JsonObject;
    }

    public static long? NumberAt(this JsonObject form, params ReadOnlySpan<string> path) =>
        form.At(path) is { } text ? long.TryParse(text, out var number) ? number : throw new StripeRefusalException(400, "invalid_request_error", "parameter_invalid_integer", "Invalid integer: " + text) : null;

    /// <summary>A flat map of texts, as metadata is; an empty text takes the key out.</summary>
    public static JsonObject Merge(this JsonObject metadata, JsonObject? changes)
    {
        foreach (var (key, value) in changes ?? [])
            if (value!.GetValue<string>().Length == 0)
                metadata.Remove(key);
            else
                metadata[key] = value.DeepClone();
        return metadata;
    }
}

/// <summary>A refusal in Stripe's own words.</summary>
public sealed class StripeRefusalException(int status, string type, string? code, string message, string? parameter = null) : Exception(message)
{
    public int Status => status;

    public JsonObject Body => new() { ["error"] = new JsonObject { ["type"] = type, ["code"] = code, ["message"] = Message, ["param"] = parameter } };

    public static StripeRefusalException Missing(string kind, string id, string parameter = "id") => new(404, "invalid_request_error", "resource_missing", $"No such {kind}: '{id}'", parameter);
}
