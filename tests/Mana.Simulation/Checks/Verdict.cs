using System.Text.Json;
using Mana.Simulation.Devices;
using Mana.Simulation.Network;
using Mana.Simulation.Worlds;
using Npgsql;

namespace Mana.Simulation.Checks;

/// <summary>The checks at the end: the log, the merged state and every device against the oracle, and so against each other.</summary>
internal static class Verdict
{
    const string States = """
        SELECT s.name, r.table_name, r.record_id, r.state::text, r.deleted, r.private FROM sync.records r JOIN sync.scopes s ON s.id = r.scope_id WHERE s.name = ANY ($1) AND r.app_id = 'sim'
        """;

    public static async Task GiveAsync(Arena arena, World world, IReadOnlyList<Device> devices)
    {
        var accepted = await Journal.ReadAsync(arena, world);
        NothingLost(world, accepted);
        var oracle = new Oracle(accepted);
        await StatesAsync(arena, world, oracle);
        foreach (var device in devices)
            Same(world, device, oracle);
    }

    /// <summary>Every change that a host acknowledged was accepted, and those that name their times only once.</summary>
    static void NothingLost(World world, List<Accepted> accepted)
    {
        var times = accepted.CountBy(row => Identity(row.Part)).ToDictionary(StringComparer.Ordinal);
        foreach (var part in world.Changes.SelectMany(Journal.PartsOf))
        {
            var count = times.GetValueOrDefault(Identity(part));
            if (part.Change.Answered && count == 0)
                world.Violated("no acknowledged change is lost", $"{part.Change} of {part.Change.ClientId}");
            if (count > 1 && !world.Climate.Compaction && (part.Change.EventId is not null || part.Kind is ChangeKind.Update or ChangeKind.Delete))
                world.Violated("once only", $"{part.Change} of {part.Change.ClientId} was stored {count} times");
        }
    }

    /// <summary>What a device without event ids writes twice in one millisecond is one change.</summary>
    static string Identity(Part part) => part.Change.EventId is { } id ? $"{id} {part.Kind}" : $"{part.Change.UserId} {part.Change.ClientId} {part.Kind} {part.Change.Key} {string.Join(' ', part.Writes.OrderBy(write => write.Name, StringComparer.Ordinal))}";

    static async Task StatesAsync(Arena arena, World world, Oracle oracle)
    {
        await using var command = arena.Database.CreateCommand(States);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = world.Scopes() });
        await using var reader = await command.ExecuteReaderAsync();
        var stored = 0;
        for (; await reader.ReadAsync(); stored++)
        {
            var (scope, key) = (reader.GetString(0), new RecordKey(reader.GetString(1), reader.GetString(2)));
            if (!oracle.Records.TryGetValue((scope, key), out var truth))
                world.Violated("records", $"{key} in {scope} comes from nowhere");
            Stored(world, key, truth!, reader.GetString(3), reader.GetBoolean(4), reader.GetBoolean(5));
        }

        if (stored != oracle.Records.Count)
            world.Violated("records", $"{stored} of {oracle.Records.Count} records are stored");
    }

    static void Stored(World world, RecordKey key, Truth truth, string state, bool deleted, bool isPrivate)
    {
        using var document = JsonDocument.Parse(state);
        var fields = document.RootElement.GetProperty("f").EnumerateObject()
            .ToDictionary(field => field.Name, field => (Value: field.Value[0].GetRawText(), At: field.Value[1].GetString()!, Seq: field.Value[2].GetInt64()), StringComparer.Ordinal);
        var names = fields.Keys.Union(truth.Fields.Keys, StringComparer.Ordinal);
        foreach (var name in names)
        {
            var expected = truth.Fields.GetValueOrDefault(name);
            if (!fields.TryGetValue(name, out var field) || expected is null || field != (expected.Value, expected.At, expected.Seq))
                world.Violated("records", $"{key} {name} is {(fields.ContainsKey(name) ? field.ToString() : "missing")} and must be {expected}");
        }

        if ((deleted, isPrivate) != (truth.IsDeleted || truth.IsErased, truth.IsPrivate))
            world.Violated("records", $"{key} deleted {deleted} private {isPrivate}, must be {truth.IsDeleted || truth.IsErased} {truth.IsPrivate}");
    }

    static void Same(World world, Device device, Oracle oracle)
    {
        var (person, shown) = (device.Person, 0);
        foreach (var ((scope, key), truth) in oracle.Records)
        {
            if (!person.Readable.Contains(scope))
                continue;
            var record = device.Records.GetValueOrDefault(key);
            var isShown = record is not null && !(record.TryGetValue(Change.DeletedAt, out var deleted) && deleted.Value != "null");
            shown += isShown ? 1 : 0;
            if (isShown != truth.VisibleTo(person.Own))
                world.Violated("convergence", $"{device} {(isShown ? "shows" : "does not show")} {key}{(isShown ? Text(record!) : "")}; must be {Text(truth)}");
            if (isShown && !record!.Where(field => field.Key != Change.DeletedAt).ToDictionary(field => field.Key, field => field.Value.Value, StringComparer.Ordinal)
                .OrderBy(field => field.Key, StringComparer.Ordinal).SequenceEqual(truth.Fields.Where(field => field.Key != Change.DeletedAt)
                    .ToDictionary(field => field.Key, field => field.Value.Value, StringComparer.Ordinal).OrderBy(field => field.Key, StringComparer.Ordinal)))
                world.Violated("convergence", $"{device} shows {key}{Text(record!)}; must be {Text(truth)}");
        }

        var all = device.Records.Count(entry => person.Readable.Contains(world.Records.ScopeOf(entry.Key) ?? "")
            && !(entry.Value.TryGetValue(Change.DeletedAt, out var at) && at.Value != "null"));
        if (all != shown)
            world.Violated("convergence", $"{device} shows {all} records, {shown} exist");
    }

    static string Text(Dictionary<string, Held> record) => string.Concat(record.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $" {field.Key}={field.Value.Value}@{field.Value.At}"));

    static string Text(Truth truth) =>
        $"{(truth.IsErased ? "erased " : "")}{(truth.IsPrivate ? "private of " + truth.Author : "")}{string.Concat(truth.Fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $" {field.Key}={field.Value.Value}@{field.Value.At}#{field.Value.Seq}"))}";
}
