using System.Text.Json.Nodes;
using Mana.Notifications.Contracts;
using Mana.Sync.Contracts;
using NodaTime;

namespace Mana.Apps.Reminders.Sources;

/// <summary>Reads the merged state of a record and tells what it says about its time. Nothing of it is kept here.</summary>
internal sealed class SourceReader(ISyncRecords records)
{
    const int MinutesPerHour = 60;
    const int MostWanted = 20;
    static readonly string[] OnlyPush = [Channel.Push];

    /// <summary>Private things in a space are told with whose they are: see <see cref="SourceFacts.For"/>.</summary>
    public async Task<SourceFacts> ReadAsync(SourceKey key, CancellationToken cancellationToken)
    {
        var reading = new Reading();
        if (await FindAsync(key, reading, cancellationToken) is not { } fields)
            return SourceFacts.Gone with { Seen = reading.Seen };
        var facts = (key.AppId, key.Collection) switch
        {
            ("todo", "tasks") => Task(fields),
            ("calendar", "events") => await EventAsync(key, fields, reading, cancellationToken),
            ("timeblocks", "timeBlocks") => await BlockAsync(key, fields, reading, cancellationToken),
            ("plants", "wateringSchedules") => Watering(fields),
            _ => new SourceFacts(true, null, null, fields.Text("title") ?? fields.Text("name")),
        };
        return facts with { Seen = reading.Seen, OnlyFor = reading.OnlyFor };
    }

    async Task<JsonObject?> FindAsync(SourceKey key, Reading reading, CancellationToken cancellationToken)
    {
        var record = await records.ReadAsync(key.Owner, key.AppId, key.Collection, key.Id, cancellationToken);
        reading.Add(record);
        return record is { IsDeleted: false } ? record.Fields : null;
    }

    static SourceFacts Task(JsonObject fields)
    {
        var anchor = fields.When("dueDate");
        if (anchor is Anchor.Day day && fields.Time("dueTime") is { } time)
            anchor = new Anchor.Civil(day.Date + time);
        return new SourceFacts(!fields.Flag("isCompleted") && fields.Text("completedAt") is null, anchor, null, fields.Text("title"));
    }

    async Task<SourceFacts> EventAsync(SourceKey key, JsonObject fields, Reading reading, CancellationToken cancellationToken)
    {
        var facts = new SourceFacts(true, fields.Flag("allDay") ? AllDay(fields, "startDate", null) : fields.When("startDate"), fields.Text("timezone"));
        if (fields.Text("timeBlockId") is { } blockId)
        {
            var block = key.Of("timeblocks", "timeBlocks", blockId);
            facts = await FindAsync(block, reading, cancellationToken) is { } time ? await BlockAsync(block, time, reading, cancellationToken) : SourceFacts.Gone;
            facts = facts with { BlockId = blockId };
        }
        else if (fields.Text("recurrenceRule") is { } rule && facts.Anchor is { } start)
        {
            facts = facts with { Anchor = SeriesOf(start, fields, rule, new Dictionary<LocalDate, Anchor.Exception>()) };
        }

        return facts with { Title = fields.Text("title") ?? facts.Title, Wanted = Wanted(fields["reminders"]) };
    }

    async Task<SourceFacts> BlockAsync(SourceKey key, JsonObject fields, Reading reading, CancellationToken cancellationToken)
    {
        var (allDay, zone) = (fields.Flag("allDay"), fields.Text("timezone"));
        var anchor = allDay ? AllDay(fields, "startDate", zone) : fields.When("startDate");
        if (anchor is not null && fields.Text("recurrenceRule") is { } rule && fields.Text("parentBlockId") is null)
            anchor = SeriesOf(anchor, fields, rule, await ExceptionsAsync(key, reading, cancellationToken));
        return new SourceFacts(true, anchor, zone, fields.Text("title"), key.Id);
    }

    static SourceFacts Watering(JsonObject fields)
    {
        var hours = fields["reminderHoursBefore"].Number() ?? 0;
        return new SourceFacts(true, fields.When("nextWateringAt"))
        {
            Wanted = fields.Flag("reminderEnabled") && hours <= 24 * 28 ? [new WantedReminder("watering", hours * MinutesPerHour, OnlyPush)] : [],
        };
    }

    /// <summary>
    /// Changed instances are records of their own that name their parent (8.6): with a start they moved, deleted as an exception they do not take place. One that is
    /// private changes the series of its author only, so it counts where the series is theirs alone.
    /// </summary>
    async Task<Dictionary<LocalDate, Anchor.Exception>> ExceptionsAsync(SourceKey key, Reading reading, CancellationToken cancellationToken)
    {
        var exceptions = new Dictionary<LocalDate, Anchor.Exception>();
        await foreach (var child in records.QueryAsync(key.Owner, "timeblocks", "timeBlocks", key.Id, cancellationToken))
        {
            if (child.Fields.Text("parentBlockId") != key.Id || child.Fields.Date("recurrenceDate") is not { } date)
                continue;
            reading.AddPosition(child);
            if (child.IsPrivate && child.PrivateTo != reading.OnlyFor)
                continue;
            if (!child.IsDeleted)
                exceptions[date] = new(child.Fields.Flag("allDay") ? AllDay(child.Fields, "startDate", child.Fields.Text("timezone")) : child.Fields.When("startDate"));
            else if (child.Fields.Flag("isRecurrenceException"))
                exceptions[date] = new(null);
        }

        return exceptions;
    }

    static Anchor.Series SeriesOf(Anchor first, JsonObject fields, string rule, IReadOnlyDictionary<LocalDate, Anchor.Exception> exceptions) =>
        new(first, first is Anchor.Day || fields.Flag("allDay"), rule, exceptions) { Left = fields.Dates("exdates"), Added = fields.Dates("rdates") };

    /// <summary>A day is often stored as midnight somewhere: the day that it is in the record's zone.</summary>
    static Anchor? AllDay(JsonObject fields, string name, string? zone) => fields.When(name) switch
    {
        Anchor.At at => new Anchor.Day(at.Instant.InZone(Zones.Find(zone) ?? DateTimeZone.Utc).Date),
        Anchor.Civil civil => new Anchor.Day(civil.Time.Date),
        var day => day,
    };

    /// <summary>Minutes as numbers, or objects with <c>minutesBefore</c>; with several of one offset the first counts.</summary>
    static List<WantedReminder> Wanted(JsonNode? reminders)
    {
        var wanted = new List<WantedReminder>();
        if (reminders is JsonArray list)
            foreach (var item in list)
                if ((item is JsonObject one ? one["minutesBefore"] ?? one["minutes"] : item).Number() is { } minutes && wanted.Count < MostWanted && wanted.TrueForAll(known => known.MinutesBefore != minutes))
                    wanted.Add(new WantedReminder($"{minutes}", minutes, item is JsonObject fields ? ReminderChannels.OfRecord(fields) : OnlyPush));
        return wanted;
    }
}

/// <summary>What was read on the way, and who may know of it.</summary>
internal sealed class Reading
{
    const string Nobody = "";

    public long Seen { get; private set; }

    public string? OnlyFor { get; private set; }

    public void Add(SyncRecord? record)
    {
        AddPosition(record);
        if (record is { IsPrivate: true })
            OnlyFor = OnlyFor is null || OnlyFor == record.PrivateTo ? record.PrivateTo ?? Nobody : Nobody;
    }

    public void AddPosition(SyncRecord? record) => Seen = unchecked((Seen * 1_000_003) + (record is null ? 1 : record.Position));
}

/// <summary>Zones by the names that clients use.</summary>
internal static class Zones
{
    public static DateTimeZone? Find(string? id) => id is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id);
}

/// <summary>Channels as the original's <c>type</c> names them.</summary>
internal static class ReminderChannels
{
    public const string InApp = "inapp";

    /// <summary>What live channels say when something was told inside the apps: <c>GET /reminders/inbox</c> has it.</summary>
    public const string LiveName = "reminders";
    public static readonly string[] LiveTables = ["inbox"];
    public static readonly string[] All = [Channel.Push, Channel.Email, Channel.Webhook, InApp];

    public static string[]? OfType(string? type) => type switch
    {
        "push" => [Channel.Push],
        "email" => [Channel.Email],
        "both" => [Channel.Push, Channel.Email],
        _ => null,
    };

    public static string? TypeOf(IReadOnlyCollection<string> channels) => (channels.Contains(Channel.Push), channels.Contains(Channel.Email)) switch
    {
        (true, true) => "both",
        (true, false) => "push",
        (false, true) => "email",
        _ => null,
    };

    public static string[] OfRecord(JsonObject fields)
    {
        if (OfType(fields.Text("type")) is { } typed)
            return typed;
        var channels = new List<string>();
        if (fields.Flag("notifyPush"))
            channels.Add(Channel.Push);
        if (fields.Flag("notifyEmail"))
            channels.Add(Channel.Email);
        return channels.Count > 0 ? [.. channels] : [Channel.Push];
    }
}
