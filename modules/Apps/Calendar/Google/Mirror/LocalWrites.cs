using System.Text.Json.Nodes;
using Mana.Apps.Calendar.Export;
using Mana.Apps.Calendar.Records;
using Mana.Sync.Contracts;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>What a run writes into our records: one write per record, and only onto the state that it was decided on.</summary>
internal sealed class LocalWrites(ISyncRecords records, string userId, string? spaceId, TimeProvider time)
{
    const int BatchSize = 250;
    const string Actor = "google-import";
    readonly Dictionary<string, RecordWrite> _events = new(StringComparer.Ordinal);
    readonly Dictionary<string, RecordWrite> _blocks = new(StringComparer.Ordinal);

    public void Event(SyncRecord record, JsonObject fields) => Add(_events, "events", record, fields);

    public void Block(SyncRecord record, JsonObject fields) => Add(_blocks, "timeBlocks", record, fields);

    public void Delete(MirroredEvent one)
    {
        _events[one.Record.Id] = Gone("events", one.Record);
        if (one.Block is { IsDeleted: false } block)
            _blocks[block.Id] = Gone("timeBlocks", block);
    }

    /// <summary>Blocks first, so that a crash leaves no event without its time. Not null: not everything is stored, because somebody wrote meanwhile, or a record was refused.</summary>
    public async Task<AppendResult?> StoreAsync(CancellationToken cancellationToken) =>
        await StoreAsync("timeblocks", _blocks.Values, cancellationToken) ?? await StoreAsync(CalendarAccess.App, _events.Values, cancellationToken);

    async Task<AppendResult?> StoreAsync(string app, IEnumerable<RecordWrite> writes, CancellationToken cancellationToken)
    {
        var actor = new JsonObject { ["kind"] = "system", ["principalId"] = "system:" + Actor, ["displayName"] = Actor };
        foreach (var part in writes.Chunk(BatchSize))
            if (await records.AppendAsync(new AppendRequest(userId, app, part, "system:" + Actor, actor.DeepClone().AsObject(), "system"), cancellationToken) is var result and not AppendResult.Stored)
                return result;
        return null;
    }

    /// <summary>A record that is deleted is said not to be.</summary>
    void Add(Dictionary<string, RecordWrite> to, string table, SyncRecord record, JsonObject fields)
    {
        if (to.TryGetValue(record.Id, out var before) && before.Fields is { } pending)
        {
            foreach (var (name, value) in fields)
                pending[name] = value?.DeepClone();
            return;
        }

        var changes = fields.DeepClone().AsObject();
        if (record.IsDeleted)
            changes["deletedAt"] = null;
        to[record.Id] = record.Position == 0 ? new RecordWrite(RecordOp.Insert, table, record.Id, changes, SpaceId: spaceId)
            : new RecordWrite(RecordOp.Update, table, record.Id, changes, SpaceId: spaceId, ExpectedPosition: record.Position);
    }

    RecordWrite Gone(string table, SyncRecord record) => new(RecordOp.Delete, table, record.Id, At: time.GetUtcNow(), SpaceId: spaceId, ExpectedPosition: record.Position == 0 ? null : record.Position);

    /// <summary>Whether the person's browser has encrypted it: then nothing is written over it.</summary>
    public static bool IsSealed(JsonObject fields, string name) => StoredEvent.Text(fields, name)?.StartsWith("enc:1:", StringComparison.Ordinal) == true;
}
