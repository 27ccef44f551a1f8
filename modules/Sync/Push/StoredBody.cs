using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mana.Sync.Push;

/// <summary>Edits of bodies that were composed earlier. Rare (ties only), so it uses a document model.</summary>
internal static class StoredBody
{
    static readonly JsonSerializerOptions Verbatim = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Moves fields from what is delivered to what is kept for history. A body that is left without any field is no longer delivered.
    /// Numbers keep their digits: nodes that are not touched are written back as the text they were read from.
    /// </summary>
    public static (byte[]? Body, byte[]? Lost) WithoutFields(byte[]? body, byte[]? lost, IReadOnlyCollection<string> fields)
    {
        if (body is null)
            return (body, lost);
        var delivered = JsonNode.Parse(body)!.AsObject();
        var kept = lost is null ? [] : JsonNode.Parse(lost)!.AsObject();
        foreach (var field in fields)
            Move(delivered, kept, field);
        var nothingLeft = delivered["fields"] is JsonObject { Count: 0 } || delivered["fieldMeta"] is JsonObject { Count: 0 }
            || (fields.Contains("deletedAt", StringComparer.Ordinal) && delivered["fields"] is null && delivered["data"] is null && delivered["deletedAt"] is null);
        return (nothingLeft ? null : Bytes(delivered), Bytes(kept));
    }

    static void Move(JsonObject delivered, JsonObject kept, string field)
    {
        if (delivered["fields"] is JsonObject fields && fields.Remove(field, out var version))
            kept[field] = version?.DeepClone();
        if (delivered["fieldMeta"] is JsonObject meta && meta.Remove(field, out var at))
        {
            JsonNode? value = null;
            (delivered["data"] as JsonObject)?.Remove(field, out value);
            kept[field] = new JsonObject { ["value"] = value?.DeepClone(), ["at"] = at?.DeepClone() };
        }

        if (field == "deletedAt" && delivered.Remove("deletedAt", out var deletedAt))
            kept[field] = new JsonObject { ["value"] = deletedAt?.DeepClone(), ["at"] = deletedAt?.DeepClone() };
    }

    static byte[] Bytes(JsonObject node) => JsonSerializer.SerializeToUtf8Bytes(node, Verbatim);
}
