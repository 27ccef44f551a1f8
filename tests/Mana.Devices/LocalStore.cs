using System.Globalization;
using System.Text.Json.Nodes;

namespace Mana.Devices;

/// <summary>Which rules a device merges by.</summary>
public enum Generation
{
    /// <summary>Unmodified web client (sync.md 13.3): times compare as strings, insert times are guessed, no event ids.</summary>
    Legacy,

    /// <summary>Times compare as instants, <c>fieldMeta</c> and <c>acks</c> are used, every change carries an event id.</summary>
    Modern,
}

/// <summary>One field on a device.</summary>
public sealed record LocalField(JsonNode? Value, string At);

/// <summary>What a device holds of the world: a simulation of its IndexedDB, with the reference client's way of applying changes.</summary>
public sealed class LocalStore(Generation generation)
{
    const string DeletedAt = "deletedAt";
    readonly SortedDictionary<string, Dictionary<string, LocalField>> _records = new(StringComparer.Ordinal);

    public Dictionary<string, LocalField>? Find(string table, string id) => _records.GetValueOrDefault(Key(table, id));

    public void Set(string table, string id, string field, JsonNode? value, string at)
    {
        if (!_records.TryGetValue(Key(table, id), out var record))
            _records[Key(table, id)] = record = new Dictionary<string, LocalField>(StringComparer.Ordinal);
        record[field] = new LocalField(value?.DeepClone(), at);
    }

    public void Remove(string table, string id) => _records.Remove(Key(table, id));

    /// <summary>Everything a user could see, in one comparable text: live records and their fields, without times.</summary>
    public string Visible()
    {
        var lines = _records.Where(record => !IsDeleted(record.Value)).Select(record =>
            record.Key + " " + string.Join(' ', record.Value.Where(field => field.Key != DeletedAt).OrderBy(field => field.Key, StringComparer.Ordinal)
                .Select(field => $"{field.Key}={field.Value.Value?.ToJsonString() ?? "null"}")));
        return string.Join('\n', lines);
    }

    public int LiveCount => _records.Values.Count(record => !IsDeleted(record));

    public void Apply(JsonNode change, string now)
    {
        var (table, id) = ((string)change["table"]!, (string)change["id"]!);
        var known = Find(table, id);
        if ((string?)change["op"] == "delete" || change[DeletedAt] is not null)
            Delete(table, id, known, (string?)change[DeletedAt]);
        else if ((string?)change["op"] == "insert")
            Insert(table, id, known, change, now);
        else
            foreach (var (name, version) in change["fields"] as JsonObject ?? [])
                Take(table, id, name, version!["value"], (string?)version["at"] ?? (known is null ? now : ""));
    }

    void Delete(string table, string id, Dictionary<string, LocalField>? known, string? deletedAt)
    {
        if (known is null)
            return;
        if (deletedAt is null)
            Remove(table, id);
        else
            Take(table, id, DeletedAt, JsonValue.Create(deletedAt), deletedAt);
    }

    void Insert(string table, string id, Dictionary<string, LocalField>? known, JsonNode change, string now)
    {
        if (change["data"] is not JsonObject data)
            return;
        var recordTime = (string?)data["updatedAt"] ?? (string?)data["createdAt"] ?? now;
        if (known is null)
            _records[Key(table, id)] = new Dictionary<string, LocalField>(StringComparer.Ordinal);
        foreach (var (name, value) in data.Where(member => member.Key != "id"))
            Take(table, id, name, value, (generation == Generation.Modern ? (string?)change["fieldMeta"]?[name] : null) ?? recordTime);
    }

    /// <summary>"Incoming wins on equal", as every client of the original does.</summary>
    void Take(string table, string id, string field, JsonNode? value, string at)
    {
        if (Find(table, id)?.GetValueOrDefault(field) is { } local && Compare(at, local.At) < 0)
            return;
        Set(table, id, field, value, at);
    }

    int Compare(string left, string right) => generation == Generation.Legacy
        ? string.CompareOrdinal(left, right)
        : Instant(left).CompareTo(Instant(right));

    static DateTimeOffset Instant(string at) => at.Length == 0 ? DateTimeOffset.MinValue : DateTimeOffset.Parse(at, CultureInfo.InvariantCulture);

    static bool IsDeleted(Dictionary<string, LocalField> record) => record.TryGetValue(DeletedAt, out var deleted) && deleted.Value is not null;

    static string Key(string table, string id) => table + "/" + id;
}
