using System.Globalization;
using System.Text.RegularExpressions;
using Quartz;

namespace Mana.Kernel.Jobs;

/// <summary>Says when a job fires: exactly one of <see cref="Cron"/> and <see cref="Every"/>.</summary>
public sealed partial class JobScheduleBuilder
{
    // Second, minute, hour, day of month, month, day of week.
    private static readonly int[] FieldMaxima = [59, 59, 23, 31, 12, 7];

    private JobSchedule? _schedule;

    internal JobScheduleBuilder()
    {
    }

    /// <summary>
    /// A Quartz cron expression of six or seven fields (second minute hour day-of-month month day-of-week [year]), in UTC.
    /// </summary>
    /// <exception cref="FormatException">The expression does not parse, or never fires.</exception>
    public void Cron(string expression)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(expression);
        var parsed = CronExpression.Parse(expression);
        // Quartz 4.7.3 drops a number that is out of range and fires at another time: "0 99 3 * * ?" would be 03:00.
        foreach (var (field, max) in expression.Split(' ', StringSplitOptions.RemoveEmptyEntries).Zip(FieldMaxima))
            if (Numbers().Matches(field).Any(number => !int.TryParse(number.ValueSpan, CultureInfo.InvariantCulture, out var value) || value > max))
                throw new FormatException($"'{field}' in '{expression}' is out of range.");
        if (parsed.GetNextValidTimeAfter(TimeProvider.System.GetUtcNow()) is null)
            throw new FormatException($"'{expression}' never fires.");
        Set(new CronJobSchedule(parsed.CronExpressionString));
    }

    /// <summary>
    /// A fixed interval of at least one second. The first run is one interval after the job was first registered; a restart of the host
    /// neither repeats nor delays it, because the next fire time is in the store.
    /// </summary>
    public void Every(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromSeconds(1));
        Set(new IntervalJobSchedule(interval));
    }

    internal JobSchedule Build(string name) =>
        _schedule ?? throw new InvalidOperationException($"Job '{name}' has no schedule: call Cron or Every.");

    private void Set(JobSchedule schedule)
    {
        if (_schedule is not null) throw new InvalidOperationException("A job has exactly one schedule.");
        _schedule = schedule;
    }

    [GeneratedRegex("[0-9]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Numbers();
}
