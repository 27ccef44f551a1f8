using Mana.Kernel.Database;
using Mana.Kernel.Figures;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Analytics.Metrics;

/// <summary>
/// Once an hour: today's figures of every module, and how many of each week's new people came back, each over what the hour before had written.
/// The sets of people are put together in memory; what is stored are numbers of them.
/// </summary>
internal sealed class DailyMetrics(
    NpgsqlDataSource database, IEnumerable<IDailyFigures> figures, IEnumerable<IPeopleOfPeriod> people, TimeProvider time, ILogger<DailyMetrics> log) : IManaJob
{
    public const string Retention = "retention_week";
    const int Weeks = 8;

    const string Store = """
        INSERT INTO feedback.daily_metrics (day, name, label, value, computed_at) SELECT $1, n, l, v, $5 FROM unnest($2::text[], $3::text[], $4::bigint[]) AS f (n, l, v)
        ON CONFLICT ON CONSTRAINT daily_metrics_key DO UPDATE SET value = excluded.value, computed_at = excluded.computed_at
        """;

    public Task RunAsync(CancellationToken cancellationToken) => ComputeAsync(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), cancellationToken);

    /// <summary>The figures of a day, UTC; repeating gives the same, or what has happened since.</summary>
    public async Task ComputeAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var all = new List<DailyFigure>();
        foreach (var source in figures)
            all.AddRange(await TryAsync(source.GetType().Name, () => source.OfDayAsync(day, cancellationToken), cancellationToken));
        all.AddRange(await TryAsync(Retention, () => RetentionAsync(day, cancellationToken), cancellationToken));
        await database.Sql(Store, day, all.Select(figure => figure.Name).ToArray(), all.Select(figure => figure.Label).ToArray(), all.Select(figure => figure.Value).ToArray(), time.GetUtcNow())
            .RunAsync(cancellationToken);
    }

    /// <summary>What one module cannot tell now keeps nothing from the others.</summary>
    async Task<IReadOnlyList<DailyFigure>> TryAsync(string source, Func<Task<IReadOnlyList<DailyFigure>>> askAsync, CancellationToken cancellationToken)
    {
        try
        {
            return await askAsync();
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning(failure, "Figures of {Source} are missing today ({Kind})", source, failure.GetType().Name);
            return [];
        }
    }

    /// <summary>Of the people who registered in the week n weeks before this one: how many, and how many of them were active this week.</summary>
    async Task<IReadOnlyList<DailyFigure>> RetentionAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var monday = day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
        var active = await PeopleAsync(PeopleOf.Active, monday, monday.AddDays(7), cancellationToken);
        var found = new List<DailyFigure>();
        for (var week = 1; week <= Weeks; week++)
        {
            var registered = await PeopleAsync(PeopleOf.Registered, monday.AddDays(-7 * week), monday.AddDays(-7 * (week - 1)), cancellationToken);
            found.Add(new DailyFigure($"{Retention}_registered", $"{week}", registered.Count));
            found.Add(new DailyFigure($"{Retention}_active", $"{week}", registered.Count(active.Contains)));
        }

        return found;
    }

    async Task<HashSet<string>> PeopleAsync(PeopleOf kind, DateOnly from, DateOnly until, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in people.Where(source => source.Kind == kind))
            found.UnionWith(await source.BetweenAsync(Start(from), Start(until), cancellationToken));
        return found;
    }

    static DateTimeOffset Start(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
