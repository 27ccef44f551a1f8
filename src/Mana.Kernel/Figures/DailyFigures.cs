namespace Mana.Kernel.Figures;

/// <summary>
/// What a module can tell an operator about a day. Numbers only: nothing here may name a person or let one be picked out, because it is stored for good
/// and no erasure goes through it.
/// </summary>
public interface IDailyFigures
{
    /// <summary>What it tells is only known while the day runs; a day that is over is not asked for again.</summary>
    bool IsOfNowOnly => false;

    /// <summary>Figures of a day in UTC, or, of what is a level and not a flow, as it is now. Cheap enough to be asked every hour.</summary>
    Task<IReadOnlyList<DailyFigure>> OfDayAsync(DateOnly day, CancellationToken cancellationToken);
}

/// <summary>One number.</summary>
/// <param name="Name">Stable, lower snake case: <c>active_users</c>.</param>
/// <param name="Label">What it is of (an app); empty: of everything. Never anything about a person.</param>
public sealed record DailyFigure(string Name, string Label, long Value)
{
    /// <summary>Start and end of a day in UTC.</summary>
    public static (DateTimeOffset From, DateTimeOffset Until) Bounds(DateOnly day)
    {
        var from = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        return (from, from.AddDays(1));
    }
}

/// <summary>Which people.</summary>
public enum PeopleOf
{
    /// <summary>Who registered in the period.</summary>
    Registered,

    /// <summary>Whose devices were last seen in the period.</summary>
    Active,
}

/// <summary>People of a period, for comparing two sets of them in memory (retention). Whoever asks keeps the numbers and forgets the ids.</summary>
public interface IPeopleOfPeriod
{
    PeopleOf Kind { get; }

    /// <summary>User ids, each once.</summary>
    Task<IReadOnlyCollection<string>> BetweenAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken);
}
