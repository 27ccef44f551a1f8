using Mana.Kernel.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mana.Kernel.Tests.Jobs;

public sealed class JobReconcilerTests(JobsDatabase database) : IClassFixture<JobsDatabase>
{
    [Fact]
    public async Task A_changed_schedule_is_updated_an_unchanged_one_keeps_its_next_fire_time_and_a_dropped_job_disappears()
    {
        await using var source = await database.AsAppAsync();
        await StartAndStopAsync(source, services => services
            .AddManaJob<ProbeJob>("test.changed", schedule => schedule.Cron("0 0 3 1 1 ? 2098"))
            .AddManaJob<ProbeJob>("test.dropped", schedule => schedule.Every(TimeSpan.FromHours(1)))
            .AddManaJob<ProbeJob>("test.kept", schedule => schedule.Every(TimeSpan.FromHours(1))));
        var before = await NextFireTimesAsync();

        var listed = await StartAndStopAsync(source, services => services
            .AddManaJob<ProbeJob>("test.changed", schedule => schedule.Cron("0 0 4 1 1 ? 2098"))
            .AddManaJob<ProbeJob>("test.kept", schedule => schedule.Every(TimeSpan.FromHours(1))));
        var after = await NextFireTimesAsync();

        Assert.Equal(["test.changed", "test.dropped", "test.kept"], before.Keys);
        Assert.Equal(["test.changed", "test.kept"], after.Keys);
        Assert.Equal(["test.changed", "test.kept"], await database.QueryAsync<string>("select job_name from jobs.qrtz_job_details order by 1"));
        Assert.Equal(before["test.kept"], after["test.kept"]);
        Assert.Equal(TimeSpan.FromHours(1), TimeSpan.FromTicks(after["test.changed"] - before["test.changed"]));
        Assert.Equal(new DateTimeOffset(2098, 1, 1, 4, 0, 0, TimeSpan.Zero), listed[0].Next);
        Assert.Equal("cron 0 0 4 1 1 ? 2098 UTC", listed[0].Schedule);
    }

    [Fact]
    public async Task A_job_may_change_from_an_interval_to_cron()
    {
        await using var source = await database.AsAppAsync();
        await StartAndStopAsync(source, services => services.AddManaJob<ProbeJob>("test.kind", schedule => schedule.Every(TimeSpan.FromHours(1))));
        await StartAndStopAsync(source, services => services.AddManaJob<ProbeJob>("test.kind", schedule => schedule.Cron(JobsTestHost.Never)));

        Assert.Equal(["test.kind"], await database.QueryAsync<string>("select trigger_name from jobs.qrtz_cron_triggers where trigger_name = 'test.kind'"));
        Assert.Empty(await database.QueryAsync<string>("select trigger_name from jobs.qrtz_simple_triggers where trigger_name = 'test.kind'"));
    }

    [Fact]
    public async Task A_stored_job_whose_class_no_longer_exists_is_repaired()
    {
        await using var source = await database.AsAppAsync();
        void Register(IServiceCollection services) => services.AddManaJob<ProbeJob>("test.moved", schedule => schedule.Cron(JobsTestHost.Never));
        await StartAndStopAsync(source, Register);
        await database.ExecuteAsync("update jobs.qrtz_job_details set job_class_name = 'Gone.Job, Gone' where job_name = 'test.moved'");

        await using var host = new JobsTestHost(source, Register);
        await host.StartAsync();
        await Eventually.TrueAsync(() => host.IsRunning, "the scheduler runs");

        Assert.StartsWith("Mana.Kernel.Jobs.QuartzJob", (await database.QueryAsync<string>("select job_class_name from jobs.qrtz_job_details where job_name = 'test.moved'")).Single(), StringComparison.Ordinal);
        Assert.Equal(JobTriggerResult.Accepted, await host.Jobs.TriggerAsync("test.moved"));
        await Eventually.TrueAsync(() => !host.Probe.Runs.IsEmpty, "it runs");
    }

    [Fact]
    public async Task Hosts_that_start_at_once_store_every_job_once()
    {
        var hosts = new List<JobsTestHost>();
        for (var i = 0; i < 3; i++)
        {
            var source = await database.AsAppAsync();
            hosts.Add(new JobsTestHost(source, services =>
            {
                for (var job = 0; job < 8; job++) services.AddManaJob<ProbeJob>($"test.together-{job}", schedule => schedule.Cron(JobsTestHost.Never));
            }));
        }

        await Task.WhenAll(hosts.Select(host => host.StartAsync()));
        await Eventually.TrueAsync(() => hosts.TrueForAll(host => host.IsRunning), "three schedulers run");
        var triggers = await database.QueryAsync<string>("select trigger_name from jobs.qrtz_triggers where trigger_name like 'test.together-%'");
        foreach (var host in hosts) await host.DisposeAsync();

        Assert.Equal(8, triggers.Count);
        Assert.Equal("", string.Join('\n', hosts.SelectMany(host => host.Errors)));
    }

    private static async Task<IReadOnlyList<ManaJobInfo>> StartAndStopAsync(Npgsql.NpgsqlDataSource source, Action<IServiceCollection> register)
    {
        await using var host = new JobsTestHost(source, register);
        await host.StartAsync();
        await Eventually.TrueAsync(() => host.IsRunning, "the scheduler runs");
        var listed = await host.Jobs.ListAsync();
        Assert.Empty(host.Errors);
        return listed;
    }

    private async Task<SortedDictionary<string, long>> NextFireTimesAsync()
    {
        var rows = await database.QueryAsync<string[]>("select array[trigger_name, next_fire_time::text] from jobs.qrtz_triggers where trigger_group = 'mana'");
        return new SortedDictionary<string, long>(
            rows.ToDictionary(row => row[0], row => long.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture)),
            StringComparer.Ordinal);
    }
}
