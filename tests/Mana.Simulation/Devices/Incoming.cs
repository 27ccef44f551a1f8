using System.Text.Json;

namespace Mana.Simulation.Devices;

/// <summary>A delivered change (sync.md 2.1), its values as the JSON tokens that came.</summary>
internal sealed record Incoming(
    RecordKey Key, string Op, IReadOnlyList<FieldWrite> Fields, IReadOnlyList<(string Name, string Value)>? Data, Dictionary<string, string>? FieldMeta, string? DeletedAt)
{
    public bool IsBare => Op == "delete" && DeletedAt is null;

    public static Incoming Read(JsonElement change) => new(
        new RecordKey(change.GetProperty("table").GetString()!, change.GetProperty("id").GetString()!),
        change.GetProperty("op").GetString()!,
        change.TryGetProperty("fields", out var fields) ? [.. fields.EnumerateObject().Select(Field)] : [],
        change.TryGetProperty("data", out var data) ? [.. data.EnumerateObject().Where(member => member.Name != "id").Select(member => (member.Name, member.Value.GetRawText()))] : null,
        change.TryGetProperty("fieldMeta", out var meta) ? meta.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal) : null,
        change.TryGetProperty("deletedAt", out var deletedAt) ? deletedAt.GetString() : null);

    public override string ToString() =>
        $"{Op} {Key} {DeletedAt}{string.Join(' ', Fields)}{(Data is null ? "" : string.Join(' ', Data.Select(member => $"{member.Name}={member.Value}")))}";

    static FieldWrite Field(JsonProperty field)
    {
        var at = field.Value.GetProperty("at").GetString()!;
        return new FieldWrite(field.Name, field.Value.GetProperty("value").GetRawText(), at, Instants.Parse(at));
    }
}
