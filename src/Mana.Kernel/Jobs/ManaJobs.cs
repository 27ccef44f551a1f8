using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace Mana.Kernel.Jobs;

/// <summary>Reads the store, hence sees the whole cluster. The scheduler is resolved late: a host without one has this class all the same.</summary>
internal sealed class QuartzManaJobs(IServiceProvider services, JobRegistry registry) : IManaJobs
{
    private IScheduler? Scheduler => services.GetService<JobScheduler>()?.Current;

    public async Task<JobTriggerResult> TriggerAsync(string name, CancellationToken cancellationToken = default)
    {
        if (registry.Find(name) is not { } job) return JobTriggerResult.NotFound;
        if (Scheduler is not { } scheduler) return JobTriggerResult.Unavailable;

        var trigger = TriggerBuilder.Create(scheduler.TimeProvider)
            .WithIdentity(name, JobRegistration.ManualGroup)
            .ForJob(job.JobKey)
            .WithSchedule(SimpleScheduleBuilder.Create().WithMisfireInstruction(SimpleTriggerMisfireInstruction.FireNow))
            .Build();
        var result = await scheduler.ScheduleTrigger(trigger, TriggerConflict.Keep, cancellationToken);
        return result.Outcome == ScheduleOutcome.Kept ? JobTriggerResult.AlreadyPending : JobTriggerResult.Accepted;
    }

    public async Task<IReadOnlyList<ManaJobInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        if (Scheduler is not { } scheduler)
            return [.. registry.All.Select(job => new ManaJobInfo(job.Name, job.Schedule.Text, null, null, null, Running: false))];

        var triggers = await JobReconciler.StoredTriggersAsync(scheduler, cancellationToken);
        var details = (await scheduler.GetJobDetails([.. registry.All.Select(job => job.JobKey)], cancellationToken)).ToDictionary(detail => detail.Key);
        var running = (await scheduler.QueryFireInstances(new FireInstanceQuery { Take = PagedQuery.All }, cancellationToken)).Items
            .Select(instance => instance.JobKey).ToHashSet();

        return [.. registry.All.Select(job =>
        {
            var trigger = triggers.GetValueOrDefault(job.TriggerKey);
            var known = new ManaJobInfo(job.Name, job.Schedule.Text, trigger?.PreviousFireTimeUtc, trigger?.NextFireTimeUtc, null, running.Contains(job.JobKey));
            return !details.TryGetValue(job.JobKey, out var detail) ? known : known with
            {
                LastSuccess = QuartzJob.LastSuccessOf(detail),
                LastResult = QuartzJob.LastResultOf(detail),
                LastEnd = QuartzJob.LastEndOf(detail),
                LastDuration = QuartzJob.LastDurationOf(detail),
            };
        })];
    }
}
