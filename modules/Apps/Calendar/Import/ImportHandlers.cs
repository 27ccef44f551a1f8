using System.Text.Json;
using Mana.Apps.Calendar.Records;
using Mana.Apps.Wire;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Calendar.Import;

/// <summary><c>POST /import/ics</c>.</summary>
internal static class ImportHandlers
{
    const int FlushEvery = 64;

    public static async Task<IResult> ImportAsync(
        HttpContext context, CurrentUser user, IcsImport import, CalendarAccess calendars, CalendarRecords records, CalendarMetrics metrics, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        FoundCalendar? target = null;
        if (query["apply"] == "true")
        {
            target = await calendars.FindAsync(user.UserId, query["calendarId"].ToString(), cancellationToken);
            if (target is not { MayWrite: true })
                return AppsRefusals.NotFound("Calendar not found");
        }

        if (await IcsImport.OpenAsync(context.Request, cancellationToken) is not { } file)
            return IcsImport.NoFile;
        var (reading, refused) = await import.ReadAsync(file, cancellationToken);
        metrics.Imported("ics", refused?.Error ?? "ok", reading?.Events.Count ?? 1);
        if (refused is not null)
            return refused;
        var applied = target is null ? null : await records.WriteAsync(
            new EventBatch(user.UserId, target.Record.Id, target.SpaceId, target.Record.Id, "import", reading!.Events, [], TakesBack: true), cancellationToken);
        context.Response.ContentType = "application/json; charset=utf-8";
        var output = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(output, AppsJson.Writing);
        ImportWriter.Begin(json);
        for (var i = 0; i < reading!.Events.Count; i++)
        {
            ImportWriter.Event(json, reading.Events[i], query["raw"] == "1");
            if (i % FlushEvery != FlushEvery - 1)
                continue;
            json.Flush();
            await output.FlushAsync(cancellationToken);
        }

        ImportWriter.End(json, reading, applied);
        return Results.Empty;
    }
}
