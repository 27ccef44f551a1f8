using System.Globalization;
using Quartz;

namespace Mana.Kernel.Jobs;

/// <summary>When a job fires. Missed fire times (all hosts were down) are made up by one run, not by one each.</summary>
internal abstract record JobSchedule
{
    /// <summary>
    /// The canonical text, stored as the trigger's description. The reconciler takes a trigger with another text for a changed one,
    /// so whatever should reach the triggers that are already stored must show in here.
    /// </summary>
    public abstract string Text { get; }

    /// <summary>The first moment at which the schedule may fire when it is stored at <paramref name="now"/>.</summary>
    public abstract DateTimeOffset StartAt(DateTimeOffset now);

    public abstract IScheduleBuilder ToQuartz();
}

internal sealed record CronJobSchedule(string Expression) : JobSchedule
{
    public override string Text => $"cron {Expression} UTC";

    public override DateTimeOffset StartAt(DateTimeOffset now) => now;

    public override IScheduleBuilder ToQuartz() =>
        CronScheduleBuilder.Create(Expression)
            .InTimeZone(TimeZoneInfo.Utc)
            .WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed);
}

internal sealed record IntervalJobSchedule(TimeSpan Interval) : JobSchedule
{
    public override string Text => string.Create(CultureInfo.InvariantCulture, $"every {Interval:c}");

    public override DateTimeOffset StartAt(DateTimeOffset now) => now + Interval;

    public override IScheduleBuilder ToQuartz() =>
        SimpleScheduleBuilder.Create()
            .WithInterval(Interval)
            .RepeatForever()
            .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NowWithExistingCount);
}
