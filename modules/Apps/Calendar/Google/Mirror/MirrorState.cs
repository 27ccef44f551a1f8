using System.Text.Json.Nodes;
using Mana.Apps.Calendar.Export;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Calendar.Records;
using Mana.Sync.Contracts;
using NodaTime;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>One of our events as it is now, or as it was when it was deleted.</summary>
/// <param name="Block">Null: it carries its time itself, or its block has not arrived.</param>
/// <param name="Item">Null: it says no usable time.</param>
internal sealed record MirroredEvent(SyncRecord Record, SyncRecord? Block, IcsEvent? Item)
{
    public EventFacets? Facets { get; } = Item is null ? null : EventFacets.Of(Item);

    public bool IsDeleted => Record.IsDeleted || Record.IsPrivate || Block is { IsDeleted: true } or { IsPrivate: true };

    public string? ParentBlockId => StoredEvent.Text((Block ?? Record).Fields, "parentBlockId");

    /// <summary>An instance of a series as its rule makes it.</summary>
    public static IcsEvent Regular(IcsEvent series, IcsTime original)
    {
        var start = original.Kind == series.Start.Kind ? original with { Zone = series.Start.Zone } : original;
        var end = start.IsDate ? start with { Civil = start.Civil + (series.End.Civil - series.Start.Civil) }
            : start with { Civil = (start.Instant + (series.End.Instant - series.Start.Instant)).InZone(start.Zone ?? DateTimeZone.Utc).LocalDateTime };
        return series with { Start = start, End = end, Rule = null, ExDates = [], RDates = [], RecurrenceId = original };
    }

    /// <summary>When what a facet says arrived here.</summary>
    public Instant Arrived(Facet facet) => Instant.FromUnixTimeTicks((facet is Facet.Time or Facet.Recurrence ? Block ?? Record : Record).Position * 10);
}

/// <summary>The events of a calendar with what was deleted of them, and what a run has decided to write, as if it were written.</summary>
internal sealed class MirrorState
{
    /// <summary>What is encrypted leaves as this word.</summary>
    static readonly ExportStyle Style = new("mana", "Busy");

    readonly Dictionary<string, SyncRecord> _blocks = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _eventOfBlock = new(StringComparer.Ordinal);
    readonly Dictionary<string, MirroredEvent> _events = new(StringComparer.Ordinal);
    readonly DateTimeZone _zone;

    MirrorState(DateTimeZone zone) => _zone = zone;

    public IEnumerable<MirroredEvent> Events => _events.Values;

    /// <summary>Newest position of all that was read.</summary>
    public long Position { get; private set; }

    public MirroredEvent? Find(string eventId) => _events.GetValueOrDefault(eventId);

    public static async Task<MirrorState> LoadAsync(ISyncRecords records, FoundCalendar calendar, CancellationToken cancellationToken)
    {
        var zone = StoredEvent.Text(calendar.Record.Fields, "timezone") is { } name ? Recurrence.TimeZones.Find(name) : null;
        var state = new MirrorState(zone ?? DateTimeZone.Utc);
        var events = new List<SyncRecord>();
        await foreach (var record in records.QueryAsync(calendar.Owner, CalendarAccess.App, "events", cancellationToken))
        {
            state.Position = Math.Max(state.Position, record.Position);
            if (StoredEvent.Text(record.Fields, "calendarId") == calendar.Record.Id)
                events.Add(record);
        }

        var wanted = events.Select(record => StoredEvent.Text(record.Fields, "timeBlockId")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        await foreach (var block in records.QueryAsync(calendar.Owner, "timeblocks", "timeBlocks", cancellationToken))
        {
            state.Position = Math.Max(state.Position, block.Position);
            if (wanted.Contains(block.Id))
                state._blocks[block.Id] = block;
        }

        foreach (var record in events)
            state.Put(record, null);
        return state;
    }

    /// <summary>The event of a series that this is an instance of; null: it is none, or the series is not here.</summary>
    public MirroredEvent? SeriesOf(MirroredEvent one) => one.ParentBlockId is { } block && _eventOfBlock.TryGetValue(block, out var id) ? Find(id) : null;

    /// <summary>Changed instances of a series.</summary>
    public IEnumerable<MirroredEvent> InstancesOf(MirroredEvent series) =>
        series.Block is { } block ? _events.Values.Where(one => one.ParentBlockId == block.Id).ToList() : [];

    /// <summary>Gone: deleted, hidden, or an instance of a series that is.</summary>
    public bool IsGone(MirroredEvent one) => one.IsDeleted || (one.ParentBlockId is not null && SeriesOf(one)?.IsDeleted == true);

    /// <summary>As it is once these records are stored.</summary>
    public MirroredEvent Put(SyncRecord record, SyncRecord? block)
    {
        if (block is not null)
            _blocks[block.Id] = block;
        var blockId = StoredEvent.Text(record.Fields, "timeBlockId");
        if (blockId is not null)
            _eventOfBlock[blockId] = record.Id;
        block = blockId is null ? null : _blocks.GetValueOrDefault(blockId);
        return _events[record.Id] = new MirroredEvent(record, block, StoredEvent.Read(record, block, _blocks, [], Style) is { } item ? Placed(item) : null);
    }

    /// <summary>Google knows no floating times: they are those of the calendar's zone.</summary>
    IcsEvent Placed(IcsEvent item) => item.Start.Kind != IcsTimeKind.Floating && item.End.Kind != IcsTimeKind.Floating ? item : item with
    {
        Start = Placed(item.Start), End = Placed(item.End), ExDates = [.. item.ExDates.Select(Placed)], RDates = [.. item.RDates.Select(Placed)],
        RecurrenceId = item.RecurrenceId is { } original ? Placed(original) : null,
    };

    IcsTime Placed(IcsTime time) => time.Kind == IcsTimeKind.Floating ? _zone == DateTimeZone.Utc ? time with { Kind = IcsTimeKind.Utc } : new IcsTime(time.Civil, IcsTimeKind.Zoned, _zone.Id, _zone) : time;

    public static SyncRecord With(SyncRecord record, JsonObject changes)
    {
        var fields = record.Fields.DeepClone().AsObject();
        fields.Remove("deletedAt");
        foreach (var (name, value) in changes)
            fields[name] = value?.DeepClone();
        return record with { Fields = fields, IsDeleted = false };
    }
}
