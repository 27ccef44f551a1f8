using Microsoft.Extensions.Logging;
using Npgsql;
using Quartz;

namespace Mana.Kernel.Jobs;

/// <summary>Where the store's connections come from. A type of its own, so that the container does not take it for the application's data source.</summary>
internal sealed record JobDataSource(NpgsqlDataSource Value);

/// <summary>
/// Makes the store hold exactly the registered jobs. What is stored as it should be is not touched: its next fire time and its data stay,
/// and a start of a host costs three reads.
/// </summary>
internal sealed class JobReconciler(JobRegistry registry, JobMetrics metrics, JobDataSource dataSource, ILogger<JobReconciler> logger)
{
    // Any constant will do, as long as nothing else in the database takes the same advisory lock.
    private const long LockKey = 0x6D616E615F6A6F62;

    public async Task ReconcileAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        // One host at a time. Without it a host that read "missing" could store a schedule again after another host stored and fired it.
        await using var connection = await dataSource.Value.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = LockKey } } })
            await command.ExecuteNonQueryAsync(cancellationToken);

        var jobs = await StoredJobsAsync(scheduler, cancellationToken);
        var triggers = await StoredTriggersAsync(scheduler, cancellationToken);

        foreach (var registration in registry.All)
            await StoreAsync(scheduler, registration, jobs, triggers, cancellationToken);

        foreach (var key in jobs.Keys.Where(key => registry.Find(key.Name) is null))
        {
            await scheduler.DeleteJob(key, cancellationToken);
            logger.LogInformation("Job {Job} is no longer registered and was removed from the store", key.Name);
        }

        // A trigger is put into the error state when storing its firing failed several times in a row; a restart is the operator's "try again".
        await scheduler.ResetTriggersFromErrorState(GroupMatcher<TriggerKey>.GroupEquals(JobRegistration.Group), cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        foreach (var detail in await scheduler.GetJobDetails([.. registry.All.Select(job => job.JobKey)], cancellationToken))
            if (QuartzJob.LastSuccessOf(detail) is { } at) metrics.Succeeded(detail.Key.Name, at);
    }

    private async Task StoreAsync(
        IScheduler scheduler, JobRegistration registration, Dictionary<JobKey, JobHeader> jobs, Dictionary<TriggerKey, TriggerHeader> triggers,
        CancellationToken cancellationToken)
    {
        var detail = JobBuilder.Create<QuartzJob>()
            .WithIdentity(registration.JobKey)
            .WithDescription(registration.JobType.FullName)
            .StoreDurably()
            .RequestRecovery()
            .Build();
        var trigger = TriggerBuilder.Create(scheduler.TimeProvider)
            .WithIdentity(registration.TriggerKey)
            .ForJob(registration.JobKey)
            .WithDescription(registration.Schedule.Text)
            .StartAt(registration.Schedule.StartAt(scheduler.TimeProvider.GetUtcNow()))
            .WithSchedule(registration.Schedule.ToQuartz())
            .Build();

        var sameJob = jobs.TryGetValue(registration.JobKey, out var job) && IsSame(job, detail);
        var sameTrigger = triggers.TryGetValue(registration.TriggerKey, out var stored) && stored.Description == trigger.Description;
        if (sameJob && sameTrigger) return;

        if (!sameJob) await scheduler.AddJob(detail, AddJobOptions.Replacing, cancellationToken);
        if (!sameTrigger) await scheduler.ScheduleJob(trigger, ScheduleJobOptions.Replacing, cancellationToken);
        logger.LogInformation("Job {Job} is stored with schedule {Schedule}", registration.Name, trigger.Description);
    }

    private static bool IsSame(JobHeader stored, IJobDetail wanted) =>
        stored.JobTypeName == wanted.JobType.FullName
        && stored.Description == wanted.Description
        && stored.Durable == wanted.Durable
        && stored.RequestsRecovery == wanted.RequestsRecovery
        && stored.ConcurrentExecutionDisallowed == wanted.ConcurrentExecutionDisallowed
        && stored.PersistJobDataAfterExecution == wanted.PersistJobDataAfterExecution;

    private static async Task<Dictionary<JobKey, JobHeader>> StoredJobsAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        var query = new JobQuery { Group = GroupMatcher<JobKey>.GroupEquals(JobRegistration.Group), Take = PagedQuery.All };
        return (await scheduler.QueryJobs(query, cancellationToken)).Items.ToDictionary(job => job.Key);
    }

    internal static async Task<Dictionary<TriggerKey, TriggerHeader>> StoredTriggersAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        var query = new TriggerQuery { Group = GroupMatcher<TriggerKey>.GroupEquals(JobRegistration.Group), Take = PagedQuery.All };
        return (await scheduler.QueryTriggers(query, cancellationToken)).Items.ToDictionary(trigger => trigger.Key);
    }
}
