using System.Text.Json;
using Mana.Simulation.Devices;
using Mana.Simulation.Network;
using Mana.Simulation.Worlds;
using Npgsql;

namespace Mana.Simulation.Checks;

/// <summary>A row as the server accepted it.</summary>
/// <param name="Op">As it is delivered: 1 insert, 2 update, 3 delete, 4 hard delete.</param>
/// <param name="Contents">Field versions in it, whether delivered or kept for history.</param>
internal sealed record JournalRow(
    string Scope, long Seq, string Author, Guid EventId, RecordKey Key, string ClientId, bool ToldOnly, int Op, Dictionary<string, (string Value, string At)> Contents)
{
    /// <summary>A hard delete, or a change that one covers: what of it is kept without being delivered is not in the row.</summary>
    public bool IsVoid => Op == 4;
}

/// <summary>Part of a change that the server stores as one row.</summary>
internal sealed record Part(Change Change, ChangeKind Kind, IReadOnlyList<FieldWrite> Writes);

/// <summary>Which change was accepted at which position.</summary>
internal sealed record Accepted(string Scope, long Seq, string Author, Part Part);

/// <summary>
/// Reads what was accepted, in order, and finds for every row the change that a device sent. The content of a change is always taken from
/// the device; the journal only says that it was accepted, and when.
/// </summary>
internal static class Journal
{
    const string Rows = """
        SELECT s.name, j.seq, a.name, j.event_id, j.table_name, j.record_id, j.client_id, coalesce(j.audience, 0) < 0, j.op::int, j.body::text, j.lost::text
        FROM sim.journal j JOIN sync.scopes s ON s.id = j.scope_id JOIN sync.scopes a ON a.id = j.author_id
        WHERE j.scope_id IN (SELECT id FROM sync.scopes WHERE name = ANY ($1)) ORDER BY s.name, j.seq
        """;

    public static async Task<List<Accepted>> ReadAsync(Arena arena, World world)
    {
        var parts = world.Changes.ConvertAll(change => PartsOf(change).ToList());
        // The key of the client stands for the last row of its change; a row before it has a derived one, as all rows of legacy devices have.
        var byEvent = parts.Where(parts => parts[0].Change.EventId is not null).ToDictionary(parts => parts[^1].Change.EventId!.Value, parts => parts[^1]);
        var others = parts.SelectMany(parts => parts[0].Change.EventId is null ? parts : parts.SkipLast(1))
            .ToLookup(part => (part.Change.ClientId, Author: "user:" + part.Change.UserId, part.Change.Key));
        // A key stands for one change, also when the change comes again after compaction has forgotten the key: what it stands for is seen where its row
        // tells enough, and holds for a row that tells nothing.
        var known = new Dictionary<Guid, Part>();
        var used = new HashSet<Part>();
        var accepted = new List<Accepted>();
        foreach (var row in await RowsAsync(arena, world))
        {
            if (row.ToldOnly)
                continue;
            var part = byEvent.GetValueOrDefault(row.EventId) ?? known.GetValueOrDefault(row.EventId)
                ?? others[(row.ClientId, row.Author, row.Key)].MaxBy(part => Likeness(part, row, used.Contains(part)));
            if (part is null || part.Change.Key != row.Key || part.Change.Scope != row.Scope || "user:" + part.Change.UserId != row.Author
                || (part.Change.EventId != row.EventId && Likeness(part, row, false) < 0))
                world.Violated("nothing invented", $"position {row.Seq} of {row.Scope} holds {row.Key} by {row.Author} on {row.ClientId}, which nobody pushed");
            used.Add(part!);
            known.TryAdd(row.EventId, part!);
            accepted.Add(new Accepted(row.Scope, row.Seq, row.Author, part!));
        }

        return accepted;
    }

    /// <summary>For whoever reads a failure: what was accepted, in the order of time.</summary>
    public static async Task<IEnumerable<string>> TextAsync(Arena arena, World world) =>
        (await RowsAsync(arena, world)).OrderBy(row => row.Seq).Select(row =>
            $"{row.Seq} {Instants.Format(row.Seq, TimeStyle.Micros)} {row.Key} by {row.ClientId}{(row.ToldOnly ? " for the others" : "")}: {string.Join(' ', row.Contents.Select(field => $"{field.Key}={field.Value.Value}"))}");

    public static IEnumerable<Part> PartsOf(Change change) => change.Kind == ChangeKind.Delete && change.Writes.Count > 1
        ? [new Part(change, ChangeKind.Update, [.. change.Writes.SkipLast(1)]), new Part(change, ChangeKind.Delete, [change.Writes[^1]])]
        : [new Part(change, change.Kind, change.Writes)];

    /// <summary>
    /// How well the part explains the row; negative when something of it is missing there or has another content. A row may hold more than
    /// its change did. Of equals, what explains no other row yet comes first: devices push in order.
    /// </summary>
    static int Likeness(Part part, JournalRow row, bool used)
    {
        if (!row.IsVoid && (part.Kind == ChangeKind.Delete) != (row.Op == 3))
            return -1;
        var found = 0;
        foreach (var write in part.Writes)
            if (row.Contents.TryGetValue(write.Name, out var version) && version.Value == write.Value && (part.Change.EventId is not null || version.At == write.At))
                found++;
            else if (!row.IsVoid || row.Contents.ContainsKey(write.Name))
                return -1;
        // Taking a deletion back delivers the record whole; only a change that does so explains such a row.
        var undeletes = row.Contents.TryGetValue("deletedAt", out var deletedAt) && deletedAt.Value == "null" && part.Writes.Any(write => write.Name == "deletedAt");
        return (found > 0 && row.IsVoid ? 10_000 : 0) + (undeletes ? 500 : 0) + (used ? 0 : 1000) + (row.IsVoid ? 0 : found);
    }

    static async Task<List<JournalRow>> RowsAsync(Arena arena, World world)
    {
        await using var command = arena.Database.CreateCommand(Rows);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = world.Scopes() });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<JournalRow>();
        while (await reader.ReadAsync())
        {
            var contents = new Dictionary<string, (string Value, string At)>(StringComparer.Ordinal);
            for (var column = 9; column <= 10; column++)
                if (!await reader.IsDBNullAsync(column))
                    Collect(contents, reader.GetString(column), lost: column == 10);
            rows.Add(new JournalRow(
                reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetGuid(3), new RecordKey(reader.GetString(4), reader.GetString(5)), reader.GetString(6),
                reader.GetBoolean(7), reader.GetInt32(8), contents));
        }

        return rows;
    }

    static void Collect(Dictionary<string, (string Value, string At)> contents, string json, bool lost)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (lost || root.TryGetProperty("fields", out _))
            foreach (var field in (lost ? root : root.GetProperty("fields")).EnumerateObject())
                contents[field.Name] = (field.Value.GetProperty("value").GetRawText(), field.Value.GetProperty("at").GetString()!);
        if (lost)
            return;
        if (root.TryGetProperty("data", out var data))
            foreach (var member in data.EnumerateObject().Where(member => member.Name != "id"))
                contents[member.Name] = (member.Value.GetRawText(), root.GetProperty("fieldMeta").GetProperty(member.Name).GetString()!);
        if (root.TryGetProperty("deletedAt", out var deletedAt))
            contents["deletedAt"] = (deletedAt.GetRawText(), deletedAt.GetString()!);
    }
}
