using System.Collections.Concurrent;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Xunit;

namespace Mana.Kernel.Tests.Jobs;

public sealed class JobClusterTests(JobsDatabase database) : IClassFixture<JobsDatabase>
{
    [Fact]
    public async Task Two_hosts_on_one_database_run_each_fire_time_once()
    {
        var firings = new Firings();
        await using var firstSource = await database.AsAppAsync();
        await using var secondSource = await database.AsAppAsync();
        await using var first = SharedHost(firstSource);
        await using var second = SharedHost(secondSource);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());

        await Eventually.TrueAsync(() => first.IsRunning && second.IsRunning, "both run");
        foreach (var host in new[] { first, second })
            host.Services.GetRequiredService<JobScheduler>().Current!.ListenerManager.AddJobListener(firings);
        await Eventually.TrueAsync(() => firings.Seen.Count >= 24, "24 firings while both hosts are up");

        var nodes = await database.QueryAsync<string>("select instance_name from jobs.qrtz_scheduler_state");
        Assert.Contains(first.Services.GetRequiredService<JobScheduler>().Current!.SchedulerInstanceId, nodes);
        Assert.Contains(second.Services.GetRequiredService<JobScheduler>().Current!.SchedulerInstanceId, nodes);
        var seen = firings.Seen.ToArray();
        Assert.Equal(seen.Length, seen.Distinct().Count());
        Assert.Empty(first.Errors);
        Assert.Empty(second.Errors);
    }

    [Fact]
    public async Task When_the_host_that_runs_a_job_is_gone_another_runs_it()
    {
        await using var firstSource = await database.AsAppAsync();
        await using var secondSource = await database.AsAppAsync();
        var runs = 0;
        var never = new TaskCompletionSource();
        Probe FirstRunHangs() => new() { Body = _ => Interlocked.Increment(ref runs) == 1 ? never.Task : Task.CompletedTask };
        static void Register(IServiceCollection services) =>
            services.AddManaJob<ProbeJob>("test.takeover", schedule => schedule.Cron(JobsTestHost.Never));
        await using var first = new JobsTestHost(firstSource, Register, FirstRunHangs());
        await using var second = new JobsTestHost(secondSource, Register, FirstRunHangs());
        try
        {
            await Task.WhenAll(first.StartAsync(), second.StartAsync());
            await Eventually.TrueAsync(() => first.IsRunning && second.IsRunning, "both run");
            Assert.Equal(JobTriggerResult.Accepted, await first.Jobs.TriggerAsync("test.takeover"));
            await Eventually.TrueAsync(() => runs == 1, "one of them runs the job");

            var (doomedSource, survivor) = second.Probe.Runs.IsEmpty ? (firstSource, second) : (secondSource, first);
            await database.CutOffAsync(doomedSource);

            await Eventually.TrueAsync(() => survivor.Metric("mana_jobs_runs_total", "job=test.takeover,result=success") == 1, "the other ran it again");
        }
        finally
        {
            // The hosts wait for it when they stop; a failure must be told.
            never.SetResult();
        }
    }

    private static JobsTestHost SharedHost(Npgsql.NpgsqlDataSource source) => new(source, services =>
    {
        for (var job = 0; job < 6; job++) services.AddManaJob<ProbeJob>($"test.shared-{job}", schedule => schedule.Cron("* * * * * ?"));
    });

    /// <summary>Which job was run for which fire time, over all hosts that share this listener.</summary>
    private sealed class Firings : IJobListener
    {
        public string Name => "firings";

        public ConcurrentQueue<(string Job, DateTimeOffset? FireTime)> Seen { get; } = new();

        public ValueTask JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            Seen.Enqueue((context.JobDetail.Key.Name, context.ScheduledFireTimeUtc));
            return ValueTask.CompletedTask;
        }
    }
}
