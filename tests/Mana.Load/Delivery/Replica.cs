using System.Text.Json;

namespace Mana.Load.Delivery;

/// <summary>What one device knows by one way of reading: which changes arrived, and the merged fields with their times.</summary>
internal sealed class Replica
{
    readonly HashSet<Guid> _arrived = [];
    readonly Dictionary<(string Record, string Field), (string At, string Value)> _fields = [];
    readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public List<string> Records { get; } = [];

    /// <summary>Changes that came more than once.</summary>
    public int Twice { get; private set; }

    public int Arrived => _arrived.Count;

    public IReadOnlyDictionary<(string Record, string Field), (string At, string Value)> Fields => _fields;

    public bool Has(Guid eventId) => _arrived.Contains(eventId);

    public void Apply(OwnChange change)
    {
        foreach (var (field, value) in change.Fields)
            Take(change.RecordId, field, change.At, value);
        if (change.IsInsert)
            Take(change.RecordId, "createdAt", change.At, change.At);
    }

    public void Apply(JsonElement change)
    {
        Twice += _arrived.Add(change.GetProperty("eventId").GetGuid()) ? 0 : 1;
        var record = change.GetProperty("id").GetString()!;
        if (change.TryGetProperty("fields", out var fields))
            foreach (var field in fields.EnumerateObject())
                Take(record, field.Name, field.Value.GetProperty("at").GetString()!, field.Value.GetProperty("value").ToString());
        if (!change.TryGetProperty("data", out var data))
            return;
        var written = data.GetProperty("createdAt").GetString()!;
        var times = change.TryGetProperty("fieldMeta", out var meta) ? meta : default;
        foreach (var field in data.EnumerateObject().Where(field => !field.NameEquals("id")))
            Take(record, field.Name, times.ValueKind == JsonValueKind.Object && times.TryGetProperty(field.Name, out var at) ? at.GetString()! : written, field.Value.ToString());
    }

    /// <summary>"Incoming wins on equal". All times have the same width, so they compare as strings.</summary>
    void Take(string record, string field, string at, string value)
    {
        if (_known.Add(record))
            Records.Add(record);
        if (!_fields.TryGetValue((record, field), out var local) || string.CompareOrdinal(at, local.At) >= 0)
            _fields[(record, field)] = (at, value);
    }
}
