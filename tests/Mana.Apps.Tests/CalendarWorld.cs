using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Sync.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests;

/// <summary>Calendars and events as clients synchronise them.</summary>
internal static class CalendarWorld
{
    public static ISyncRecords Records(this AppsFixture world) => world.Host.Services.GetRequiredService<ISyncRecords>();

    public static async Task PutAsync(this AppsFixture world, Caller person, string app, string table, string id, object fields) => Assert.IsType<AppendResult.Stored>(await world.Records().AppendAsync(
        new AppendRequest(person.UserId, app, [new RecordWrite(RecordOp.Insert, table, id, JsonSerializer.SerializeToNode(fields)!.AsObject())], "device-1"), default));

    public static Task CalendarAsync(this AppsFixture world, Caller person, string id, string name = "Privat") =>
        world.PutAsync(person, "calendar", "calendars", id, new { name, color = "#ff0000", isDefault = true, isVisible = true, timezone = "Europe/Berlin" });

    public static async Task EventAsync(this AppsFixture world, Caller person, string calendarId, string id, string title, object block)
    {
        await world.PutAsync(person, "timeblocks", "timeBlocks", "b-" + id, block);
        await world.PutAsync(person, "calendar", "events", id, new { calendarId, timeBlockId = "b-" + id, title });
    }

    public static async Task<List<SyncRecord>> AllAsync(this AppsFixture world, Caller person, string app, string table)
    {
        var all = new List<SyncRecord>();
        await foreach (var record in world.Records().QueryAsync(RecordOwner.OfUser(person.UserId), app, table, default))
            all.Add(record);
        return all;
    }

    public static string? Text(this SyncRecord record, string field) => record.Fields[field] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
