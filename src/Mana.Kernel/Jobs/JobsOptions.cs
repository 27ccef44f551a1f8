namespace Mana.Kernel.Jobs;

/// <summary>Section <c>Jobs</c>. The defaults suit production; tests shorten the cluster's times.</summary>
internal sealed class JobsOptions
{
    public const string Section = "Jobs";

    /// <summary>Whether this host runs a scheduler at all.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many jobs one host runs at once; also the size of an acquisition batch.</summary>
    public int MaxConcurrency { get; set; } = 4;

    /// <summary>How often a host tells the others that it lives.</summary>
    public TimeSpan CheckInInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How late a check-in may be before the others take over: a pause of the process longer than this runs its jobs twice.</summary>
    public TimeSpan CheckInTolerance { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How late a fire time may be before it counts as missed.</summary>
    public TimeSpan MisfireThreshold { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How far ahead the scheduler looks for work, hence how long it sleeps when there is none. What this host schedules itself wakes it;
    /// this bounds only how late it sees what another host stored.
    /// </summary>
    public TimeSpan IdleWait { get; set; } = TimeSpan.FromSeconds(30);

    public void Validate()
    {
        if (MaxConcurrency is < 1 or > 64) throw new InvalidOperationException("Jobs:MaxConcurrency must be between 1 and 64.");
        if (CheckInInterval < TimeSpan.FromSeconds(1)) throw new InvalidOperationException("Jobs:CheckInInterval must be at least one second.");
        if (CheckInTolerance < TimeSpan.FromSeconds(1)) throw new InvalidOperationException("Jobs:CheckInTolerance must be at least one second.");
        if (MisfireThreshold < TimeSpan.FromSeconds(1)) throw new InvalidOperationException("Jobs:MisfireThreshold must be at least one second.");
        if (IdleWait < TimeSpan.FromSeconds(1)) throw new InvalidOperationException("Jobs:IdleWait must be at least one second.");
    }
}
