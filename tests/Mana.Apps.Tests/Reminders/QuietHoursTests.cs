using System.Globalization;
using Mana.Apps.Reminders.Preferences;
using NodaTime;
using NodaTime.Text;

namespace Mana.Apps.Tests.Reminders;

/// <summary>compute.md 8.8: windows over midnight and on days of 23 and 25 hours.</summary>
public sealed class QuietHoursTests
{
    [Theory]
    [InlineData("23:00", "07:00", "2026-06-10T21:30:00Z", "2026-06-11T05:00:00Z")]
    [InlineData("23:00", "07:00", "2026-06-11T04:59:59Z", "2026-06-11T05:00:00Z")]
    [InlineData("23:00", "07:00", "2026-06-11T05:00:00Z", null)]
    [InlineData("23:00", "07:00", "2026-06-10T20:59:59Z", null)]
    [InlineData("12:00", "14:00", "2026-06-10T10:00:00Z", "2026-06-10T12:00:00Z")]
    [InlineData("07:00", "07:00", "2026-06-10T05:00:00Z", null)]
    [InlineData("23:00", "07:00", "2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z")]
    [InlineData("23:00", "07:00", "2026-10-24T22:00:00Z", "2026-10-25T06:00:00Z")]
    [InlineData("23:00", "02:30", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z")]
    public void The_window_ends_when_the_clock_of_the_wall_says_so(string start, string end, string at, string? until)
    {
        var quiet = new QuietHours(Time(start), Time(end));
        Assert.Equal(until is null ? null : InstantPattern.ExtendedIso.Parse(until).Value, quiet.EndOf(InstantPattern.ExtendedIso.Parse(at).Value, DateTimeZoneProviders.Tzdb["Europe/Berlin"]));
    }

    static LocalTime Time(string text) => LocalTime.FromTimeOnly(TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture));
}
