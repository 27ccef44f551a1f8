using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Recurrence;

/// <summary>compute.md 27.6: <c>rrule_work_units</c>, a histogram.</summary>
public sealed class WorkMetricScenarios(AppsFixture world) : IClassFixture<AppsFixture>
{
    [Fact]
    public async Task Each_answer_tells_once_how_much_work_it_was()
    {
        var person = await world.PersonAsync();
        var told = new ConcurrentQueue<long>();
        var meters = world.Host.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            // Other hosts of this run have meters of the same name.
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "rrule_work_units" && ReferenceEquals(instrument.Meter.Scope, meters))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, units, _, _) => told.Enqueue(units));
        listener.Start();

        (await person.NextAsync(new { rrule = "FREQ=DAILY", dtstart = "2026-01-01T09:00:00Z", after = "2026-01-02T00:00:00Z" })).Ok();
        var little = Assert.Single(told);
        Assert.InRange(little, 1, 10_000);
        (await person.ExpandAsync(new { rrule = "FREQ=DAILY", dtstart = "2026-01-01T09:00:00Z", rangeStart = "2026-01-01T00:00:00Z", rangeEnd = "2027-01-01T00:00:00Z" })).Ok();
        Assert.Equal(2, told.Count);
        Assert.InRange(told.Last(), 365, 10_000);
        (await person.ExpandAsync(new { rrule = "FREQ=SECONDLY", dtstart = "2026-01-01T00:00:00Z", exrules = new[] { "FREQ=SECONDLY" } })).Refused(422, "RRULE_BUDGET_EXCEEDED");
        Assert.Equal(3, told.Count);
        Assert.True(told.Last() > 10_000, $"{told.Last()} units until the budget was spent.");
    }
}
