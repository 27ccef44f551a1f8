namespace Mana.Kernel.Jobs;

/// <summary>The scheduled jobs of this deployment, for an operator.</summary>
public interface IManaJobs
{
    /// <summary>
    /// Asks for one run as soon as possible, besides the schedule. When the job is running now, the run follows after it; asking again
    /// before that run has started adds nothing. The run may happen on any host of the cluster.
    /// </summary>
    Task<JobTriggerResult> TriggerAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Every job registered on this host, by name; without times when the host runs no scheduler at this moment.</summary>
    Task<IReadOnlyList<ManaJobInfo>> ListAsync(CancellationToken cancellationToken = default);
}

public enum JobTriggerResult
{
    /// <summary>The run is stored; it survives a restart.</summary>
    Accepted,

    /// <summary>A run that was asked for earlier has not started yet.</summary>
    AlreadyPending,

    /// <summary>No job has this name.</summary>
    NotFound,

    /// <summary>This host runs no scheduler: it is starting, stopping, waits for its database, or has <c>Jobs:Enabled=false</c>.</summary>
    Unavailable,
}

/// <summary>A job as an operator sees it.</summary>
/// <param name="Name">For example <c>auth.expired-tokens</c>.</param>
/// <param name="Schedule">For example <c>cron 0 17 3 * * ? UTC</c> or <c>every 00:05:00</c>.</param>
/// <param name="Previous">When it last fired by its schedule, successfully or not.</param>
/// <param name="Next">When it fires next by its schedule.</param>
/// <param name="LastSuccess">When a run last ended without an exception, on any host.</param>
/// <param name="Running">Whether it runs now, on any host.</param>
public sealed record ManaJobInfo(
    string Name, string Schedule, DateTimeOffset? Previous, DateTimeOffset? Next, DateTimeOffset? LastSuccess, bool Running)
{
    /// <summary>How the last run ended, on any host: <c>success</c>, <c>failure</c>, <c>cancelled</c>; null before the first.</summary>
    public string? LastResult { get; init; }

    /// <summary>When the last run ended.</summary>
    public DateTimeOffset? LastEnd { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan? LastDuration { get; init; }
}
