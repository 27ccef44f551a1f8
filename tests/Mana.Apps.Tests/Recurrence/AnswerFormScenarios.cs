using System.Text;
using System.Text.Json;
using Mana.Apps.Recurrence;
using Mana.Recurrence.Contracts;
using NodaTime;
using NodaTime.Text;

namespace Mana.Apps.Tests.Recurrence;

/// <summary>compute.md 6.11 and 35, byte by byte: the answer is written by hand, and clients compare texts.</summary>
[Collection(SharedHost.Name)]
public sealed class AnswerFormScenarios(AppsFixture world)
{
    [Theory]
    [InlineData(
        """{"rrule":"FREQ=DAILY;COUNT=3","dtstart":"2026-03-28T02:30:00","tzid":"Europe/Berlin","duration":"PT1H","detail":true}""",
        """{"occurrences":["2026-03-28T01:30:00.000Z","2026-03-29T01:30:00.000Z","2026-03-30T00:30:00.000Z"],"count":3,"truncated":false,"nextCursor":null,"items":[{"start":"2026-03-28T01:30:00.000Z","end":"2026-03-28T02:30:00.000Z","recurrenceId":"2026-03-28T01:30:00.000Z","allDay":false,"tzid":"Europe/Berlin","local":"2026-03-28T02:30:00","isOverride":false},{"start":"2026-03-29T01:30:00.000Z","end":"2026-03-29T02:30:00.000Z","recurrenceId":"2026-03-29T01:30:00.000Z","allDay":false,"tzid":"Europe/Berlin","local":"2026-03-29T03:30:00","isOverride":false,"shifted":true},{"start":"2026-03-30T00:30:00.000Z","end":"2026-03-30T01:30:00.000Z","recurrenceId":"2026-03-30T00:30:00.000Z","allDay":false,"tzid":"Europe/Berlin","local":"2026-03-30T02:30:00","isOverride":false}]}""")]
    [InlineData(
        """{"rrule":"FREQ=MONTHLY;COUNT=2","dtstart":"2026-01-31","detail":true,"rdates":["2026-02-01"]}""",
        """{"occurrences":["2026-01-31","2026-02-01","2026-03-31"],"count":3,"truncated":false,"nextCursor":null,"items":[{"start":"2026-01-31","end":"2026-02-01","recurrenceId":"2026-01-31","allDay":true,"tzid":null,"local":"2026-01-31T00:00:00","isOverride":false},{"start":"2026-02-01","end":"2026-02-02","recurrenceId":"2026-02-01","allDay":true,"tzid":null,"local":"2026-02-01T00:00:00","isOverride":false,"isRdate":true},{"start":"2026-03-31","end":"2026-04-01","recurrenceId":"2026-03-31","allDay":true,"tzid":null,"local":"2026-03-31T00:00:00","isOverride":false}]}""")]
    [InlineData(
        """{"rrule":"FREQ=YEARLY;COUNT=2","dtstart":"0999-12-31T23:59:59","until":"2000-01-01"}""",
        """{"occurrences":["0999-12-31T23:59:59.000Z","1000-12-31T23:59:59.000Z"],"count":2,"truncated":false,"nextCursor":null,"floating":true}""")]
    [InlineData(
        """{"rrule":"FREQ=DAILY;COUNT=1","dtstart":"2026-01-01T10:00:00+02:00"}""",
        """{"occurrences":["2026-01-01T08:00:00.000Z"],"count":1,"truncated":false,"nextCursor":null,"warnings":[{"code":"FIXED_OFFSET_SERIES","message":"dtstart has an offset and no tzid: the series stays at that offset"}]}""")]
    [InlineData(
        """{"rrule":"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30","dtstart":"2026-01-01T10:00:00Z"}""",
        """{"occurrences":[],"count":0,"truncated":false,"nextCursor":null}""")]
    public async Task Answers_are_what_they_were(string request, string expected)
    {
        var answer = (await (await world.PersonAsync()).PostAsync("calendar/events/expand", request)).Ok();
        Assert.Equal(expected, answer.Text);
        Assert.Equal("application/json; charset=utf-8", answer.Message.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public void Any_time_is_written_as_its_pattern_says()
    {
        var random = new Random(20261120);
        var pattern = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.fff'Z'");
        var day = LocalDatePattern.Iso;
        Span<byte> text = stackalloc byte[OccurrenceWriter.LongestStart];
        for (var i = 0; i < 20_000; i++)
        {
            var instant = Instant.FromUnixTimeMilliseconds(random.NextInt64(-62_135_596_800_000, 253_402_300_799_999));
            var civil = instant.InUtc().LocalDateTime;
            foreach (var allDay in (bool[])[false, true])
            {
                var occurrence = new Occurrence(instant, civil, null, Offset.Zero, allDay, instant, new RecurrenceId(instant, civil, allDay), 0, false, false, false);
                var length = OccurrenceWriter.WriteStart(text, occurrence);
                Assert.Equal('"' + (allDay ? day.Format(civil.Date) : pattern.Format(instant)) + '"', Encoding.UTF8.GetString(text[..length]));
            }
        }
    }

    [Fact]
    public async Task A_page_of_any_size_is_one_document()
    {
        var person = await world.PersonAsync();
        foreach (var most in (int[])[1, 511, 512, 513, 1024, 5000])
        {
            var answer = (await person.ExpandAsync(new { rrule = "FREQ=MINUTELY", dtstart = "2026-01-01T00:00:00Z", maxOccurrences = most, detail = most < 600 })).Ok();
            var starts = answer.Strings("occurrences");
            Assert.Equal((most, most), (starts.Length, answer["count"].GetInt32()));
            Assert.Equal(JsonSerializer.Serialize(AppsFixture.T0.AddMinutes(most - 1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture)), $"\"{starts[^1]}\"");
            Assert.True(answer["truncated"].GetBoolean());
        }
    }
}
