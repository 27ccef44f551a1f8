using System.IO.Pipelines;
using Mana.Apps.Calendar.Ics;
using NodaTime;

namespace Mana.Apps.Calendar.Export;

/// <summary>A loaded calendar as text/calendar, sent while it is written.</summary>
internal sealed class CalendarExport(TimeProvider time)
{
    const int FlushEvery = 64;
    static readonly TimeSpan Refresh = TimeSpan.FromHours(1);

    public async Task WriteAsync(LoadedCalendar calendar, PipeWriter output, bool isFeed, CancellationToken cancellationToken)
    {
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        var writer = new IcsWriter(output);
        var name = StoredEvent.Text(calendar.Calendar.Fields, "name");
        IcsCalendarWriter.Begin(writer, name?.StartsWith("enc:1:", StringComparison.Ordinal) == true ? null : name, StoredEvent.Text(calendar.Calendar.Fields, "color"), isFeed ? Refresh : null);
        IcsCalendarWriter.Zones(writer, calendar.Events, now);
        for (var i = 0; i < calendar.Events.Count; i++)
        {
            IcsEventWriter.Write(writer, calendar.Events[i], now);
            if (i % FlushEvery == FlushEvery - 1)
                await output.FlushAsync(cancellationToken);
        }

        IcsCalendarWriter.End(writer);
        await output.FlushAsync(cancellationToken);
    }
}
