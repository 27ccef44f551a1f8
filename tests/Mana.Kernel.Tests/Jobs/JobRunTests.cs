using System.Text.Json;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Xunit;

namespace Mana.Kernel.Tests.Jobs;

public sealed class JobRunTests(JobsDatabase database) : IClassFixture<JobsDatabase>
{
    [Fact]
    public async Task A_job_fires_again_and_again_each_time_in_a_scope_of_its_own_and_is_counted()
    {
        await using var source = await database.AsAppAsync();
        await using var host = new JobsTestHost(source, services => services.AddManaJob<ProbeJob>("test.fires", schedule => schedule.Every(TimeSpan.FromSeconds(1))));
        await host.StartAsync();

        await Eventually.TrueAsync(() => host.Metric("mana_jobs_runs_total", "job=test.fires,result=success") >= 2, "two successes");

        Assert.Equal(host.Probe.Runs.Count, host.Probe.Runs.Distinct().Count());
        Assert.True(host.Metric("mana_job_duration_seconds", "job=test.fires") > 0);
        var age = DateTimeOffset.UnixEpoch.AddSeconds(host.Metric("mana_job_last_success_timestamp_seconds", "job=test.fires")) - TimeProvider.System.GetUtcNow();
        Assert.InRange(age, TimeSpan.FromSeconds(-30), TimeSpan.FromSeconds(1));
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task A_cron_job_fires()
    {
        await using var source = await database.AsAppAsync();
        await using var host = new JobsTestHost(source, services => services.AddManaJob<ProbeJob>("test.cron", schedule => schedule.Cron("* * * * * ?")));
        await host.StartAsync();

        await Eventually.TrueAsync(() => host.Probe.Runs.Count >= 2, "two runs");
    }

    [Fact]
    public async Task A_failing_job_is_counted_and_logged_and_fires_again_and_recovers()
    {
        await using var source = await database.AsAppAsync();
        var probe = new Probe();
        probe.Body = _ => probe.Runs.Count <= 2 ? throw new InvalidDataException("broken on purpose") : Task.CompletedTask;
        await using var host = new JobsTestHost(
            source, services => services.AddManaJob<ProbeJob>("test.fails", schedule => schedule.Every(TimeSpan.FromSeconds(1))), probe);
        await host.StartAsync();

        await Eventually.TrueAsync(() => host.Metric("mana_jobs_runs_total", "job=test.fails,result=success") >= 1, "a success after the failures");

        Assert.Equal(2, host.Metric("mana_jobs_runs_total", "job=test.fails,result=failure"));
        Assert.Equal(2, host.Errors.Count(error => error.Contains("test.fails", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task How_the_last_run_ended_is_stored_for_every_host_to_tell()
    {
        await using var source = await database.AsAppAsync();
        var isBroken = true;
        var probe = new Probe { Body = _ => isBroken ? throw new InvalidDataException("broken on purpose") : Task.CompletedTask };
        void Register(IServiceCollection services) => services.AddManaJob<ProbeJob>("test.outcome", schedule => schedule.Cron(JobsTestHost.Never));
        await using var host = new JobsTestHost(source, Register, probe);
        await host.StartAsync();
        await Eventually.TrueAsync(async () => await host.Jobs.TriggerAsync("test.outcome") == JobTriggerResult.Accepted, "the job is in the store");
        await Eventually.TrueAsync(async () => (await host.Jobs.ListAsync()).Single().LastResult is not null, "the outcome is stored");
        await using var other = new JobsTestHost(source, Register);
        await other.StartAsync();
        await Eventually.TrueAsync(() => other.IsRunning, "the other host runs");

        var failed = (await other.Jobs.ListAsync()).Single();
        Assert.Equal((JobMetrics.Failure, null), (failed.LastResult, failed.LastSuccess));
        Assert.NotNull(failed.LastDuration);
        Assert.InRange(TimeProvider.System.GetUtcNow() - failed.LastEnd!.Value, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));

        isBroken = false;
        await Eventually.TrueAsync(async () => await host.Jobs.TriggerAsync("test.outcome") == JobTriggerResult.Accepted, "it is asked for again");
        await Eventually.TrueAsync(async () => (await other.Jobs.ListAsync()).Single() is { LastResult: JobMetrics.Success, LastSuccess: not null }, "the success is told");
    }

    [Fact]
    public async Task Trigger_runs_a_job_now_once_however_often_it_is_asked_and_never_beside_itself()
    {
        await using var source = await database.AsAppAsync();
        var release = new TaskCompletionSource();
        var probe = new Probe { Body = _ => release.Task };
        await using var host = new JobsTestHost(source, services => services.AddManaJob<ProbeJob>("test.now", schedule => schedule.Cron(JobsTestHost.Never)), probe);
        await host.StartAsync();
        await Eventually.TrueAsync(async () => await host.Jobs.TriggerAsync("test.now") == JobTriggerResult.Accepted, "the job is in the store");
        await Eventually.TrueAsync(async () => (await host.Jobs.ListAsync()).Single().Running, "it runs");

        Assert.Equal(JobTriggerResult.Accepted, await host.Jobs.TriggerAsync("test.now"));
        Assert.Equal(JobTriggerResult.AlreadyPending, await host.Jobs.TriggerAsync("test.now"));
        Assert.Equal(JobTriggerResult.NotFound, await host.Jobs.TriggerAsync("test.nobody"));
        Assert.Single(probe.Runs);
        release.SetResult();

        await Eventually.TrueAsync(() => host.Metric("mana_jobs_runs_total", "job=test.now,result=success") == 2, "the second run");
        Assert.Equal(1, probe.MostAtOnce);
        var listed = (await host.Jobs.ListAsync()).Single();
        Assert.Equal($"cron {JobsTestHost.Never} UTC", listed.Schedule);
        Assert.Equal(2098, listed.Next?.Year);
        Assert.Null(listed.Previous);
    }

    [Fact]
    public async Task Job_data_is_stored_as_strings_and_gives_the_last_success_back_after_a_restart()
    {
        await using var source = await database.AsAppAsync();
        void Register(IServiceCollection services) =>
            services.AddManaJob<ProbeJob>("test.data", schedule => schedule.Cron(JobsTestHost.Never));
        await using (var host = new JobsTestHost(source, Register))
        {
            await host.StartAsync();
            await Eventually.TrueAsync(async () => await host.Jobs.TriggerAsync("test.data") == JobTriggerResult.Accepted, "the job is in the store");
            await Eventually.TrueAsync(async () => (await host.Jobs.ListAsync()).Single().LastSuccess is not null, "the success is stored");
        }

        var stored = JsonDocument.Parse((await database.QueryAsync<byte[]>("select job_data from jobs.qrtz_job_details where job_name = 'test.data'")).Single());
        Assert.All(stored.RootElement.EnumerateObject(), property => Assert.Equal(JsonValueKind.String, property.Value.ValueKind));

        await using var restarted = new JobsTestHost(source, Register);
        await restarted.StartAsync();
        await Eventually.TrueAsync(
            () => restarted.Metric("mana_job_last_success_timestamp_seconds", "job=test.data") > 0, "the gauge is filled from the store");
        Assert.Empty(restarted.Probe.Runs);
    }

    [Fact]
    public async Task Job_data_that_is_not_a_string_is_refused()
    {
        await using var source = await database.AsAppAsync();
        await using var host = new JobsTestHost(source, _ => { });
        await host.StartAsync();
        await Eventually.TrueAsync(() => host.IsRunning, "the scheduler runs");
        var job = JobBuilder.Create<QuartzJob>().WithIdentity("strings", "test").StoreDurably().UsingJobData("count", 1).Build();

        await Assert.ThrowsAnyAsync<SchedulerException>(async () =>
            await host.Services.GetRequiredService<JobScheduler>().Current!.AddJob(job, AddJobOptions.Replacing, CancellationToken.None));
        Assert.Empty(await database.QueryAsync<string>("select job_name from jobs.qrtz_job_details where job_group = 'test'"));
    }
}
