using System.Text;
using System.Text.Json;
using Mana.Sync.Wire;

namespace Mana.Sync.Import.Verification;

/// <summary>Compares a stored record, read from its stored form by a document model, with its replay.</summary>
internal static class RecordComparison
{
    /// <summary>Null when they agree. What has come from elsewhere since is accepted where it is newer.</summary>
    public static string? Difference(ReplayedRecord expected, StoredRecord stored)
    {
        using var state = JsonDocument.Parse(stored.State);
        var fields = state.RootElement.GetProperty("f").EnumerateObject().ToDictionary(field => field.Name, field => Field(field.Value), StringComparer.Ordinal);
        var (inserted, erased) = (Stamp(state.RootElement, "i"), Stamp(state.RootElement, "e"));
        var isErased = erased is { } wiped && !(inserted is { } since && since.CompareTo(wiped) > 0);
        if (erased is { } elsewhere && !expected.Positions.Contains(elsewhere.Position))
            return null;
        if (isErased != expected.IsErased && (inserted is null || expected.Positions.Contains(inserted.Value.Position)))
            return isErased ? "is hard-deleted here and not in the original" : "is hard-deleted in the original and not here";
        // Of old deletions only the deletion is kept.
        var trimmed = stored.TrimmedSeq > 0 && fields.Keys.All(name => name == "deletedAt") && fields.ContainsKey("deletedAt");
        foreach (var (name, field) in expected.Fields)
        {
            if (!fields.TryGetValue(name, out var here))
            {
                if (!trimmed)
                    return $"lacks the field '{name}'";
                continue;
            }

            // What never changes may have been there before the import.
            var newer = !expected.Positions.Contains(here.Position) && (here.At >= field.At || ReplayedRecord.IsKept(name));
            if (!newer && (here.At != field.At || here.Value != field.Value))
                return here.At == field.At ? $"has another value in '{name}'" : $"has another time for '{name}'";
        }

        var unexpected = fields.FirstOrDefault(field => !expected.Fields.ContainsKey(field.Key) && expected.Positions.Contains(field.Value.Position));
        return unexpected.Key is null ? null : $"has a field '{unexpected.Key}' that the original has not";
    }

    /// <summary>Stored as <c>[value, time, position]</c>.</summary>
    static ReplayedField Field(JsonElement field)
    {
        var at = Encoding.UTF8.GetBytes(field[1].GetString()!);
        return new ReplayedField(Rfc3339.TryParse(at, out var micros) ? micros : long.MinValue, field[2].GetInt64(), field[0].GetRawText());
    }

    static (long At, long Position)? Stamp(JsonElement state, string name) => state.TryGetProperty(name, out var stamp) ? (stamp[0].GetInt64(), stamp[1].GetInt64()) : null;
}
