using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mana.Apps.Wire;

/// <summary>Texts of synchronised records. What is kept may hold half a character, which nobody can read: then there is none.</summary>
internal static class RecordText
{
    public static string? Of(JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
            return null;
        try
        {
            return value.TryGetValue(out string? text) ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
