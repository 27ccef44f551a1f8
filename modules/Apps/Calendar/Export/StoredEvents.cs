using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Wire;
using Mana.Sync.Contracts;
using NodaTime;

namespace Mana.Apps.Calendar.Export;

/// <summary>How an export words what it cannot show, and names what it shows.</summary>
/// <param name="Host">Right half of UIDs.</param>
/// <param name="Busy">Title of an event whose own is encrypted.</param>
internal sealed record ExportStyle(string Host, string Busy)
{
    public static ExportStyle For(string host, string acceptLanguage) => new(host, acceptLanguage.StartsWith("de", StringComparison.OrdinalIgnoreCase) ? "Belegt" : "Busy");
}

/// <summary>The events of a calendar as they are stored now, and a fingerprint of their state.</summary>
internal sealed record LoadedCalendar(SyncRecord Calendar, IReadOnlyList<IcsEvent> Events, string ETag);

/// <summary>Reads the events of a calendar back from the synchronised records (compute.md 9.4): those of today's clients, and those that carry their times themselves.</summary>
internal sealed class StoredEvents(ISyncRecords records)
{
    public async Task<LoadedCalendar> LoadAsync(FoundCalendar calendar, ExportStyle style, Instant? from, Instant? to, CancellationToken cancellationToken)
    {
        var events = new List<SyncRecord>();
        await foreach (var record in records.QueryAsync(calendar.Owner, CalendarAccess.App, "events", cancellationToken))
            if (!record.IsDeleted && !record.IsPrivate && StoredEvent.Text(record.Fields, "calendarId") == calendar.Record.Id)
                events.Add(record);
        var wanted = events.Select(record => StoredEvent.Text(record.Fields, "timeBlockId")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var blocks = new Dictionary<string, SyncRecord>(StringComparer.Ordinal);
        if (wanted.Count > 0)
            await foreach (var block in records.QueryAsync(calendar.Owner, "timeblocks", "timeBlocks", cancellationToken))
                if (!block.IsDeleted && !block.IsPrivate && wanted.Contains(block.Id))
                    blocks[block.Id] = block;

        var uids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in events)
            if (StoredEvent.Text(record.Fields, "timeBlockId") is { } blockId)
                uids[blockId] = StoredEvent.UidOf(record, style);
        var found = events.Select(record => (Record: record, Block: StoredEvent.Text(record.Fields, "timeBlockId") is { } id ? blocks.GetValueOrDefault(id) : null))
            .Select(one => StoredEvent.Read(one.Record, one.Block, blocks, uids, style)).OfType<IcsEvent>()
            .Where(item => (to is null || item.Start.Instant < to) && (from is null || item.Rule is not null || item.End.Instant > from || item.Start.Instant >= from)).ToList();
        return new LoadedCalendar(calendar.Record, found, TagOf(events.Concat(blocks.Values).Append(calendar.Record), style));
    }

    static string TagOf(IEnumerable<SyncRecord> state, ExportStyle style)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var record in state.OrderBy(record => record.Id, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{record.Table}|{record.Id}|{record.Position}\n"));
        hash.AppendData(Encoding.UTF8.GetBytes(style.Host + style.Busy));
        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset()[..16])}\"";
    }
}

/// <summary>One stored event with its block.</summary>
internal static class StoredEvent
{
    const string Sealed = "enc:1:";

    public static string UidOf(SyncRecord record, ExportStyle style) => Text(record.Fields, "uid") is { Length: > 0 } uid ? uid : $"{record.Id}@{style.Host}";

    /// <summary>Null when the record says no usable time.</summary>
    public static IcsEvent? Read(SyncRecord record, SyncRecord? block, Dictionary<string, SyncRecord> blocks, Dictionary<string, string> uids, ExportStyle style)
    {
        var (what, when) = (record.Fields, block?.Fields ?? record.Fields);
        var zone = Text(when, "timezone") is { } tzid ? Recurrence.TimeZones.Find(tzid) : null;
        var allDay = when["allDay"] is JsonValue flag && flag.TryGetValue(out bool whole) && whole;
        if (StoredTimes.Start(Text(when, "startDate"), allDay, zone) is not { } start)
            return null;
        var parent = Text(when, "parentBlockId");
        var title = Plain(what, "title");
        return new IcsEvent
        {
            Uid = parent is not null && uids.TryGetValue(parent, out var master) ? master : UidOf(record, style),
            Start = start,
            End = StoredTimes.End(Text(when, "endDate"), start, zone),
            Title = title ?? (IsSealed(what, "title") ? style.Busy : null),
            Description = Plain(what, "description"),
            Location = Plain(what, "location"),
            Rule = Text(when, "recurrenceRule") is { } rule ? StoredTimes.Rule(rule) : null,
            ExDates = StoredTimes.Dates(when["exdates"] as JsonArray, start),
            RDates = StoredTimes.Dates(when["rdates"] as JsonArray, start),
            RecurrenceId = parent is null ? null : StoredTimes.Original(when, start, blocks.GetValueOrDefault(parent)?.Fields),
            Status = Text(what, "status"),
            Transparency = Text(what, "transparency"),
            Visibility = Text(what, "visibility")?.ToUpperInvariant() is "PUBLIC" or "PRIVATE" or "CONFIDENTIAL" ? Text(what, "visibility")!.ToUpperInvariant() : null,
            Url = Plain(what, "url"),
            Color = Plain(what, "color"),
            Sequence = what["sequence"] is JsonValue number && number.TryGetValue(out int sequence) ? Math.Max(0, sequence) : 0,
            Stamp = Instant.FromUnixTimeSeconds(record.Position / 1_000_000),
            Alarms = Alarms(what["reminders"] as JsonArray),
        };
    }

    public static string? Text(JsonObject fields, string name) => RecordText.Of(fields[name]) is { Length: > 0 } text ? text : null;

    static string? Plain(JsonObject fields, string name) => Text(fields, name) is { } text && !text.StartsWith(Sealed, StringComparison.Ordinal) ? text : null;

    static bool IsSealed(JsonObject fields, string name) => Text(fields, name)?.StartsWith(Sealed, StringComparison.Ordinal) == true;

    static IReadOnlyList<IcsAlarm> Alarms(JsonArray? reminders) => reminders is null ? [] :
        [.. reminders.OfType<JsonObject>().Select(one => one["minutesBefore"] is JsonValue value && value.TryGetValue(out int minutes) ? new IcsAlarm(minutes, null, "DISPLAY") : null).OfType<IcsAlarm>()];
}
