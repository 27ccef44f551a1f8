using System.Text.Json.Nodes;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Calendar.Import;
using Mana.Apps.Recurrence;
using Mana.Apps.Wire;
using Mana.Sync.Contracts;
using NodaTime;

namespace Mana.Apps.Calendar.Records;

/// <summary>Who writes events from outside, and into which calendar.</summary>
/// <param name="Source">What UIDs are unique in; part of record ids.</param>
/// <param name="Actor">Name of the part of the server that writes: <c>import</c>, <c>google-import</c>.</param>
/// <param name="DeletedUids">Events that are gone, with all their instances.</param>
/// <param name="CompleteFrom">Not null: from then on the events are all there are; records of the source that are not among them are deleted.</param>
/// <param name="KeepExDates">The source names cancelled instances once, and not again with their series.</param>
/// <param name="TakesBack">Somebody asks for these events now: also for those that they deleted.</param>
internal sealed record EventBatch(
    string UserId, string CalendarId, string? SpaceId, string Source, string Actor, IReadOnlyList<IcsEvent> Events, IReadOnlyList<string> DeletedUids, Instant? CompleteFrom = null, bool KeepExDates = false,
    bool TakesBack = false);

/// <summary>
/// Writes events into the synchronised records (compute.md 9.3, 9.5). Repeating changes nothing: ids and a fingerprint of the content tell what is there already. Blocks
/// come before the events that refer to them, so a crash in between leaves nothing dangling; the next run goes on.
/// </summary>
internal sealed class CalendarRecords(ISyncRecords records, TimeProvider time)
{
    const int BatchSize = 250;

    public async Task<ApplyResult> WriteAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        var owner = batch.SpaceId is null ? RecordOwner.OfUser(batch.UserId) : RecordOwner.OfSpace(batch.SpaceId);
        var held = new Dictionary<string, HeldEvent>(StringComparer.Ordinal);
        await foreach (var record in records.QueryAsync(owner, CalendarAccess.App, "events", cancellationToken))
            if (Text(record.Fields, "calendarId") == batch.CalendarId)
                held[record.Id] = new HeldEvent(
                    Text(record.Fields, "importHash"), record.IsDeleted, Text(record.Fields, "importSource"), Text(record.Fields, "uid"), Text(record.Fields, "timeBlockId"), Text(record.Fields, "importEnds"));

        var (created, updated, unchanged) = (0, 0, 0);
        List<RecordWrite> blocks = [], events = [];
        var present = new HashSet<string>(StringComparer.Ordinal);
        var (items, orphans) = Cancelled(batch.Events);
        foreach (var item in items)
        {
            var record = EventRecord.Of(item, batch.CalendarId, batch.Source);
            present.Add(record.EventId);
            var known = held.TryGetValue(record.EventId, out var before);
            // What the person has deleted since stays so until it changes at its source.
            if (known && before!.Hash == record.Fingerprint && !(before.Deleted && batch.TakesBack))
            {
                unchanged++;
                continue;
            }

            _ = known && !before!.Deleted ? updated++ : created++;
            if (batch.KeepExDates && item.Rule is not null)
                record = EventRecord.Of(await WithHeldDatesAsync(owner, batch, item, cancellationToken), batch.CalendarId, batch.Source) with { Fingerprint = record.Fingerprint };
            // The fingerprint is of what the source says; dates that it named earlier do not count.
            (record.Event["importHash"], record.Event["importSource"]) = (record.Fingerprint, batch.Source);
            record.Event["importEnds"] = item.Rule is null ? AppsJson.Text(item.End.Instant) : "9999";
            if (known && before!.Deleted)
                (record.Event["deletedAt"], record.Block["deletedAt"]) = (null, null);
            var op = known && !before!.Deleted ? RecordOp.Update : RecordOp.Insert;
            blocks.Add(new RecordWrite(op, "timeBlocks", record.BlockId, record.Block, SpaceId: batch.SpaceId));
            events.Add(new RecordWrite(op, "events", record.EventId, record.Event, SpaceId: batch.SpaceId));
        }

        foreach (var (uid, instances) in orphans)
            if (await ExceptAsync(owner, batch, uid, instances, cancellationToken) is { } write)
            {
                blocks.Add(write);
                updated++;
            }

        var deleted = batch.DeletedUids.ToHashSet(StringComparer.Ordinal);
        var completeFrom = batch.CompleteFrom is { } from ? AppsJson.Text(from) : null;
        var gone = held.Where(one => !one.Value.Deleted && one.Value.Source == batch.Source && !present.Contains(one.Key)
            && ((completeFrom is not null && string.CompareOrdinal(one.Value.Ends, completeFrom) >= 0) || (one.Value.Uid is { } uid && deleted.Contains(uid)))).ToList();
        foreach (var (id, record) in gone)
        {
            // Without its fingerprint it is known as deleted by its source, and comes back with it.
            events.Add(new RecordWrite(RecordOp.Update, "events", id, new JsonObject { ["importHash"] = null }, SpaceId: batch.SpaceId));
            events.Add(new RecordWrite(RecordOp.Delete, "events", id, At: time.GetUtcNow(), SpaceId: batch.SpaceId));
            if (record.BlockId is { } block)
                blocks.Add(new RecordWrite(RecordOp.Delete, "timeBlocks", block, At: time.GetUtcNow(), SpaceId: batch.SpaceId));
        }

        var refused = await AppendAsync(batch, "timeblocks", blocks, cancellationToken) ?? await AppendAsync(batch, CalendarAccess.App, events, cancellationToken);
        return new ApplyResult(created, updated, unchanged, gone.Count, refused);
    }

    /// <summary>A cancelled instance is an exception date of its series, which may not be in the batch; a cancelled event is none.</summary>
    static (List<IcsEvent> Items, Dictionary<string, List<IcsTime>> Orphans) Cancelled(IReadOnlyList<IcsEvent> events)
    {
        var cancelled = events.Where(item => item is { IsCancelled: true, RecurrenceId: not null })
            .GroupBy(item => item.Uid, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Select(item => item.RecurrenceId!).ToList(), StringComparer.Ordinal);
        var items = new List<IcsEvent>();
        foreach (var item in events.Where(item => !item.IsCancelled))
            items.Add(item.RecurrenceId is null && cancelled.Remove(item.Uid, out var dates) ? item with { ExDates = [.. item.ExDates, .. dates] } : item);
        return (items, cancelled);
    }

    async Task<IcsEvent> WithHeldDatesAsync(RecordOwner owner, EventBatch batch, IcsEvent item, CancellationToken cancellationToken)
    {
        var block = await records.ReadAsync(owner, "timeblocks", "timeBlocks", EventRecord.IdOf(batch.Source, "block", item.Uid, null), cancellationToken);
        return item with { ExDates = [.. item.ExDates.Concat(HeldDates(block)).DistinctBy(date => date.Instant).OrderBy(date => date.Instant)] };
    }

    /// <summary>Takes instances out of a series that is stored already; null: nothing changes.</summary>
    async Task<RecordWrite?> ExceptAsync(RecordOwner owner, EventBatch batch, string uid, List<IcsTime> instances, CancellationToken cancellationToken)
    {
        var id = EventRecord.IdOf(batch.Source, "block", uid, null);
        if (await records.ReadAsync(owner, "timeblocks", "timeBlocks", id, cancellationToken) is not { IsDeleted: false } block)
            return null;
        var held = HeldDates(block).Select(date => date.Instant).ToHashSet();
        var all = held.Union(instances.Select(instance => instance.Instant)).Order().Select(date => (JsonNode?)AppsJson.Text(date)).ToArray();
        return all.Length == held.Count ? null : new RecordWrite(RecordOp.Update, "timeBlocks", id, new JsonObject { ["exdates"] = new JsonArray(all) }, SpaceId: batch.SpaceId);
    }

    static IEnumerable<IcsTime> HeldDates(SyncRecord? block)
    {
        if (block is { IsDeleted: false } && block.Fields["exdates"] is JsonArray dates)
            foreach (var date in dates)
                if (When.Read(RecordText.Of(date)) is { } when)
                    yield return IcsTime.Utc(when.In(null));
    }

    async Task<string?> AppendAsync(EventBatch batch, string app, List<RecordWrite> writes, CancellationToken cancellationToken)
    {
        var actor = new JsonObject { ["kind"] = "system", ["principalId"] = "system:" + batch.Actor, ["displayName"] = batch.Actor };
        foreach (var part in writes.Chunk(BatchSize))
            if (await records.AppendAsync(new AppendRequest(batch.UserId, app, part, "system:" + batch.Actor, actor, "system"), cancellationToken) is AppendResult.Refused refused)
                return refused.Message;
        return null;
    }

    sealed record HeldEvent(string? Hash, bool Deleted, string? Source, string? Uid, string? BlockId, string? Ends);

    static string? Text(JsonObject fields, string name) => RecordText.Of(fields[name]);
}
