using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Mana.Apps.Calendar.Ics;
using NodaTime;

namespace Mana.Apps.Tests.Calendar;

/// <summary>compute.md 9.4: what is written is read again; the form is RFC 5545's.</summary>
public sealed class IcsRoundTrip
{
    static readonly Instant Now = Instant.FromUtc(2026, 1, 1, 0, 0);
    static readonly string[] Zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo"];

    [Fact]
    public void Scenario_IC_12_a_thousand_events_come_back_as_they_went()
    {
        var random = new Random(12);
        var events = Enumerable.Range(0, 1_000).Select(i => Random(random, i)).ToList();
        var bytes = Write(events);
        foreach (var line in Split(bytes))
        {
            Assert.InRange(line.Length, 0, 75);
            Assert.True(Utf8.IsValid(line), Encoding.UTF8.GetString(line));
        }

        var reading = Read(bytes);
        Assert.Empty(reading.Skipped);
        Assert.Empty(reading.Warnings);
        foreach (var (before, after) in events.Zip(reading.Events))
            Assert.Equal(Comparable(before), Comparable(after));
    }

    [Fact]
    public void Scenario_IC_13_a_series_in_berlin_names_its_zone_and_describes_it()
    {
        var zone = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        var start = IcsTime.Zoned(Instant.FromUtc(2026, 1, 5, 8, 0), zone);
        var text = Encoding.UTF8.GetString(Write([new IcsEvent { Uid = "a", Start = start, End = start, Rule = "FREQ=WEEKLY" }]));
        Assert.Contains("DTSTART;TZID=Europe/Berlin:20260105T090000\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nRRULE:FREQ=WEEKLY\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("RRULE:RRULE:", text, StringComparison.Ordinal);
        Assert.EndsWith("END:VCALENDAR\r\n", text, StringComparison.Ordinal);
        // Last Sundays for ever, not for as long as somebody listed them.
        Assert.Contains("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n", text, StringComparison.Ordinal);
        Assert.Contains("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n", text, StringComparison.Ordinal);
    }

    /// <summary>The zone as it was written, read without its name, has the same offsets.</summary>
    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Sydney")]
    [InlineData("Asia/Kolkata")]
    [InlineData("America/Sao_Paulo")]
    public void A_written_zone_is_the_zone(string id)
    {
        var zone = DateTimeZoneProviders.Tzdb[id];
        var first = Instant.FromUtc(2012, 1, 5, 8, 0);
        var text = Encoding.UTF8.GetString(Write([new IcsEvent { Uid = "a", Start = IcsTime.Zoned(first, zone), End = IcsTime.Zoned(first, zone), Rule = "FREQ=WEEKLY" }]));
        var component = new List<IcsComponent>();
        var parser = new IcsParser(component.Add);
        parser.Feed(Encoding.UTF8.GetBytes(text));
        parser.Complete();
        var read = IcsPrivateZone.Of("x", parser.Zones[id])!;
        for (var at = first; at < Instant.FromUtc(2040, 1, 1, 0, 0); at += Duration.FromHours(50))
            Assert.Equal(zone.GetUtcOffset(at), read.GetUtcOffset(at));
    }

    [Fact]
    public void What_people_write_begins_no_line_of_its_own()
    {
        var start = IcsTime.Utc(Now);
        var text = Encoding.UTF8.GetString(Write([new IcsEvent
        {
            Uid = "a\r\nX-EVIL:1", Start = start, End = start, Title = "b\nEND:VEVENT", Url = "https://x.test/\r\nX-EVIL:2", Status = "C\nX-EVIL:3", Organizer = new IcsPerson("n\"\nX-EVIL:4", "a@b.test\nX-EVIL:5", null),
        }]));
        Assert.DoesNotContain("\nX-EVIL", text, StringComparison.Ordinal);
        Assert.Single(Read(Encoding.UTF8.GetBytes(text)).Events);
    }

    static IcsEvent Random(Random random, int number)
    {
        var kind = random.Next(4);
        var zone = DateTimeZoneProviders.Tzdb[Zones[random.Next(Zones.Length)]];
        var at = Now + Duration.FromHours(random.Next(24 * 365 * 5));
        IcsTime Time(Instant instant) => kind switch
        {
            0 => IcsTime.Date(instant.InUtc().Date),
            1 => IcsTime.Utc(instant),
            2 => IcsTime.Zoned(instant, zone),
            _ => new IcsTime(instant.InUtc().LocalDateTime, IcsTimeKind.Floating),
        };
        return new IcsEvent
        {
            Uid = $"event-{number}@example.test", Start = Time(at), End = Time(at + Duration.FromHours(24 + random.Next(48))), Title = Text(random), Description = Text(random), Location = Text(random),
            Rule = random.Next(2) == 0 ? "FREQ=WEEKLY;BYDAY=MO,FR" : null, ExDates = random.Next(3) == 0 ? [Time(at + Duration.FromDays(7)), Time(at + Duration.FromDays(14))] : [],
            RDates = random.Next(4) == 0 ? [Time(at + Duration.FromDays(3))] : [], RecurrenceId = random.Next(5) == 0 ? Time(at) : null, Status = random.Next(2) == 0 ? "CONFIRMED" : null,
            Categories = random.Next(3) == 0 ? ["a,b", "c;d\\"] : [], Geo = random.Next(4) == 0 ? (52.52, -13.405) : null, Sequence = random.Next(3), Stamp = Now + Duration.FromSeconds(number),
            Attendees = random.Next(4) == 0 ? [new IcsPerson("Jörg \"J\" ^Öl", "j@example.test", "ACCEPTED")] : [], Alarms = random.Next(3) == 0 ? [new IcsAlarm(15, null, "DISPLAY"), new IcsAlarm(null, at, "AUDIO")] : [],
            Color = "turquoise", Visibility = "PRIVATE",
        };
    }

    static string? Text(Random random) => random.Next(5) == 0 ? null
        : string.Concat(Enumerable.Range(0, random.Next(1, 120)).Select(_ => ((string[])["a", "ä", "€", "😀", ",", ";", "\\", "\n", ":", "\"", " ", "\\n", "日"])[random.Next(13)]));

    static string Comparable(IcsEvent one) => System.Text.Json.JsonSerializer.Serialize(new
    {
        one.Uid, Start = one.Start.Text, Zone = one.Start.Zone?.Id, End = one.End.Text, one.Title, one.Description, one.Location, one.Rule, Ex = one.ExDates.Select(date => date.Text), R = one.RDates.Select(date => date.Text),
        Id = one.RecurrenceId?.Text, one.Status, one.Categories, Geo = one.Geo?.ToString(), one.Sequence, Stamp = one.Stamp?.ToString(), one.Attendees, Alarms = one.Alarms.Select(alarm => alarm.ToString()), one.Color, one.Visibility,
    });

    internal static byte[] Write(IReadOnlyList<IcsEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new IcsWriter(buffer);
        IcsCalendarWriter.Begin(writer, "Größe, Länge; Breite", null, null);
        IcsCalendarWriter.Zones(writer, events, Now);
        foreach (var item in events)
            IcsEventWriter.Write(writer, item, Now);
        IcsCalendarWriter.End(writer);
        return buffer.WrittenSpan.ToArray();
    }

    internal static IcsReading Read(byte[] bytes)
    {
        var reading = new IcsReading();
        reading.Feed(bytes);
        Assert.Equal(IcsProblem.None, reading.Complete());
        return reading;
    }

    static IEnumerable<byte[]> Split(byte[] bytes)
    {
        for (var start = 0; start < bytes.Length;)
        {
            var end = bytes.AsSpan(start).IndexOf("\r\n"u8);
            Assert.True(end >= 0, "A line does not end with CRLF.");
            yield return bytes[start..(start + end)];
            start += end + 2;
        }
    }
}
