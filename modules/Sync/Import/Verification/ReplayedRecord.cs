using System.Text;
using System.Text.Json;
using Mana.Sync.Wire;

namespace Mana.Sync.Import.Verification;

/// <summary>A field as a replay leaves it: the instant it was written, where in the log, and its JSON text.</summary>
internal readonly record struct ReplayedField(long At, long Position, string Value);

/// <summary>
/// What a record must be after its rows, worked out a second time and on purpose without the module's own merge: the newest time per field
/// wins, by instant, and among equals the later row (sync.md 13.5, 13.8). It reads the rows from a document model, not by <see cref="RowReader"/>.
/// </summary>
internal sealed class ReplayedRecord(string author, bool shared)
{
    static readonly string[] KeptForever = ["spaceId", "authorId", "userId"];
    readonly Dictionary<string, ReplayedField> _fields = new(StringComparer.Ordinal);
    (long At, long Position)? _inserted;
    (long At, long Position)? _erased;

    public IReadOnlyDictionary<string, ReplayedField> Fields => _fields;

    public bool IsErased => _erased is { } erased && !(_inserted is { } inserted && inserted.CompareTo(erased) > 0);

    /// <summary>Positions of the rows that made it: what else is in the stored record came from elsewhere.</summary>
    public HashSet<long> Positions { get; } = [];

    /// <summary>The first value of these stays.</summary>
    public static bool IsKept(string field) => Array.IndexOf(KeptForever, field) >= 0;

    public void Apply(OriginalRow row, long position)
    {
        Positions.Add(position);
        var mine = !shared || row.UserId == author;
        if (!mine && _fields.TryGetValue("visibility", out var visibility) && visibility.Value == "\"private\"")
            return;
        var received = row.CreatedAt!.Value / 1000 * 1000;
        using var data = JsonDocument.Parse(row.Data ?? "{}"u8.ToArray());
        using var meta = JsonDocument.Parse(row.Meta ?? "{}"u8.ToArray());
        if (row.Op == "delete")
        {
            Delete(data.RootElement, received, position);
            return;
        }

        var fallback = row.Op == "insert" ? Time(data.RootElement, "updatedAt") ?? Time(data.RootElement, "createdAt") ?? received : received;
        var newest = long.MinValue;
        foreach (var member in Members(data.RootElement))
        {
            if (member.Name == "id" || member.Name.StartsWith("__", StringComparison.Ordinal))
                continue;
            var at = Within(MetaTime(meta.RootElement, member.Name) ?? fallback, received);
            newest = Math.Max(newest, at);
            if (mine || member.Name != "visibility")
                Set(member.Name, new ReplayedField(at, position, member.Value.GetRawText()));
        }

        if (row.Op == "insert" && (newest == long.MinValue ? received : newest, position) is var stamp && (_inserted is not { } before || stamp.CompareTo(before) > 0))
            _inserted = stamp;
    }

    void Delete(JsonElement data, long received, long position)
    {
        if (data.ValueKind == JsonValueKind.Object && data.TryGetProperty("deletedAt", out var deletedAt) && deletedAt.ValueKind == JsonValueKind.String)
        {
            var at = Within(Instant(deletedAt) ?? received, received);
            Set("deletedAt", new ReplayedField(at, position, Instant(deletedAt) == at ? deletedAt.GetRawText() : Encoding.UTF8.GetString(Rfc3339.QuotedMillis(received))));
            return;
        }

        // A hard delete covers everything that was there, also what is dated a little ahead.
        var newest = _fields.Values.Select(field => field.At).Append(_inserted?.At ?? 0).Append(_erased?.At ?? 0).Append(received).Max();
        _erased = (newest, position);
        _fields.Clear();
    }

    void Set(string name, ReplayedField field)
    {
        var known = _fields.TryGetValue(name, out var before);
        if (known && before.Value != "null" && IsKept(name))
            return;
        if (_erased is { } erased && (field.At, field.Position).CompareTo(erased) <= 0)
            return;
        if (!known || (field.At, field.Position).CompareTo((before.At, before.Position)) > 0)
            _fields[name] = field;
    }

    /// <summary>Times more than five minutes ahead of the server's were never true (sync.md 13.7).</summary>
    static long Within(long at, long received) => at > received + (5 * 60 * 1_000_000L) ? received : at;

    static long? MetaTime(JsonElement meta, string field)
    {
        if (meta.ValueKind != JsonValueKind.Object || !meta.TryGetProperty(field, out var time))
            return null;
        return time.ValueKind == JsonValueKind.Object ? Time(time, "at") ?? Time(time, "updatedAt") : Instant(time);
    }

    static long? Time(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var time) ? Instant(time) : null;

    static long? Instant(JsonElement time) =>
        time.ValueKind == JsonValueKind.String && Rfc3339.TryParse(Encoding.UTF8.GetBytes(time.GetRawText()).AsSpan(1..^1), out var micros) ? micros : null;

    static IEnumerable<JsonProperty> Members(JsonElement data) => data.ValueKind == JsonValueKind.Object ? data.EnumerateObject() : [];
}
