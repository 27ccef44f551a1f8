using Mana.Kernel.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;
using Xunit;

namespace Mana.Kernel.Tests.Jobs;

public sealed class JobsHostedServiceTests(JobsDatabase database) : IClassFixture<JobsDatabase>
{
    private static void EverySecond(IServiceCollection services) =>
        services.AddManaJob<ProbeJob>("test.lifetime", schedule => schedule.Every(TimeSpan.FromSeconds(1)));

    [Fact]
    public async Task A_host_without_its_tables_starts_and_runs_jobs_as_soon_as_they_are_there()
    {
        await using var source = await database.AsAppAsync();
        await using var host = new JobsTestHost(source, EverySecond);
        await database.ExecuteAsync("alter schema jobs rename to jobs_away");
        try
        {
            await host.StartAsync();
            await Eventually.TrueAsync(() => !host.Errors.IsEmpty, "the failed start is logged");
            Assert.Empty(host.Probe.Runs);
        }
        finally
        {
            await database.ExecuteAsync("alter schema jobs_away rename to jobs");
        }

        await Eventually.TrueAsync(() => !host.Probe.Runs.IsEmpty, "the job runs");
    }

    [Fact]
    public async Task Shutdown_waits_for_a_running_job_and_leaves_the_data_source_open()
    {
        await using var source = await database.AsAppAsync();
        var release = new TaskCompletionSource();
        await using var host = new JobsTestHost(source, EverySecond, new Probe { Body = _ => release.Task });
        await host.StartAsync();
        await Eventually.TrueAsync(() => !host.Probe.Runs.IsEmpty, "the job runs");

        var scheduler = host.Services.GetRequiredService<JobScheduler>().Current!;
        var stopping = host.StopAsync();
        await Eventually.TrueAsync(() => scheduler.Status == SchedulerStatus.ShuttingDown, "the scheduler shuts down");
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await stopping;

        Assert.Equal(1, host.Metric("mana_jobs_runs_total", "job=test.lifetime,result=success"));
        await using var command = source.CreateCommand("select 1");
        Assert.Equal(1, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_job_that_outlives_the_shutdown_time_out_is_told_to_stop()
    {
        await using var source = await database.AsAppAsync();
        await using var host = new JobsTestHost(
            source, EverySecond, new Probe { Body = token => Task.Delay(Timeout.InfiniteTimeSpan, token) });
        await host.StartAsync();
        await Eventually.TrueAsync(() => !host.Probe.Runs.IsEmpty, "the job runs");

        using var timeout = new CancellationTokenSource();
        var stopping = host.StopAsync(timeout.Token);
        await timeout.CancelAsync();
        await stopping;

        await Eventually.TrueAsync(() => host.Metric("mana_jobs_runs_total", "job=test.lifetime,result=cancelled") == 1, "the run is counted as cancelled");
    }

    [Fact]
    public async Task A_disabled_host_lists_its_jobs_and_runs_none()
    {
        await using var source = await database.AsAppAsync();
        await using var host = new JobsTestHost(source, EverySecond, enabled: false);
        await host.StartAsync();

        Assert.Equal([new ManaJobInfo("test.lifetime", "every 00:00:01", null, null, null, Running: false)], await host.Jobs.ListAsync());
        Assert.Equal(JobTriggerResult.Unavailable, await host.Jobs.TriggerAsync("test.lifetime"));
        Assert.Empty(host.Services.GetServices<IHostedService>());
    }
}
