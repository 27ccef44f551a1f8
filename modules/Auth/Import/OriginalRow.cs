using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mana.Auth.Import;

/// <summary>
/// A row of the original, every value as the text PostgreSQL gives for it: what is odd there is then a matter of reading, not of failing.
/// Columns that this original does not have are null.
/// </summary>
internal sealed class OriginalRow(IReadOnlyDictionary<string, int> columns, string?[] values)
{
    /// <summary>PostgreSQL writes them like this; kept as they are, so that no digit is lost.</summary>
    static readonly string[] Instants = ["yyyy-MM-dd HH:mm:sszz", "yyyy-MM-dd HH:mm:ss.FFFFFFzz", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF"];

    const int DeepestWrapping = 3;

    /// <summary>When the original began to serve: the date of what has none. A constant, because a row is read twice and must say the same.</summary>
    const string Beginning = "2025-11-01 00:00:00+00";

    public string? this[string column] => columns.TryGetValue(column, out var at) ? values[at] : null;

    public bool Flag(string column) => this[column] is "true" or "t";

    /// <summary>Null when there is none, or none that could have been (infinity, before Christ).</summary>
    public string? Instant(string column) =>
        this[column] is { } text && DateTimeOffset.TryParseExact(text, Instants, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) ? text : null;

    public string Created => Instant("created_at") ?? Instant("updated_at") ?? Beginning;

    public int? Number(string column) => int.TryParse(this[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>
    /// JSON as it was meant: the original stored what came by its API as a JSON text inside the JSON (auth.md 14.5). Null when it is none.
    /// </summary>
    public JsonNode? Json(string column, out bool wasWrapped)
    {
        wasWrapped = false;
        try
        {
            var node = this[column] is { } text ? JsonNode.Parse(text) : null;
            for (var depth = 0; depth < DeepestWrapping && node is JsonValue value && value.TryGetValue<string>(out var inner); depth++)
                (node, wasWrapped) = (JsonNode.Parse(inner), true);
            return node is JsonValue ? null : node;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
