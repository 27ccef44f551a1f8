using Mana.Auth.Tests.Pages;
using Mana.Kernel.Jobs;
using Mana.Kernel.RateLimits;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Auth.Tests.Admin.Pages;

/// <summary>Jobs in every state. How a real scheduler runs and remembers them is tested in Kernel, and in a browser by tests/clients.</summary>
public sealed class JobsOnPaper : IManaJobs
{
    static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public List<string> Asked { get; } = [];

    public JobTriggerResult Answer { get; set; } = JobTriggerResult.Accepted;

    public Task<JobTriggerResult> TriggerAsync(string name, CancellationToken cancellationToken = default)
    {
        Asked.Add(name);
        return Task.FromResult(Answer);
    }

    public Task<IReadOnlyList<ManaJobInfo>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<ManaJobInfo>>(
    [
        new("test.good", "every 00:05:00", Noon, Noon.AddMinutes(5), Noon, false) { LastResult = "success", LastEnd = Noon, LastDuration = TimeSpan.FromMilliseconds(42) },
        new("test.bad", "every 00:05:00", Noon, Noon.AddMinutes(5), Noon.AddHours(-1), false) { LastResult = "failure", LastEnd = Noon },
        new("test.running", "cron 0 0 3 * * ? UTC", null, Noon.AddHours(15), null, true),
        new("test.new", "every 00:05:00", null, Noon.AddMinutes(5), null, false),
    ]);
}

/// <summary>A host whose limits hold.</summary>
public sealed class GuardedAdminWorld : AdminWorld
{
    public JobsOnPaper Jobs { get; } = new();

    protected override void Configure(TestHost host) => host
        .With("RateLimits:Enabled", "true").With("RateLimits:Policies:mail:PermitsPerMinute", "2").With("RateLimits:Policies:mail:Burst", "2")
        .With(services => services.Replace(ServiceDescriptor.Singleton<IManaJobs>(Jobs)));
}

public sealed class AdminLimitsTests(GuardedAdminWorld world) : IClassFixture<GuardedAdminWorld>
{
    [Fact]
    public async Task Every_limit_is_shown_with_its_size_and_its_refusals()
    {
        var admin = await world.SeatAsync(isAdmin: true);
        var before = await admin.Browser.OpenAsync("/admin/limits");
        foreach (var (limit, lines) in world.Host.Services.GetServices<RateLimitPolicy>().Select(policy => (policy.Name, policy is { PermitsPerHour: { } hour, PermitsPerMinute: var minute } && hour > minute ? 2 : 1))
            .Concat(world.Host.Services.GetServices<OutcomeLimit>().Select(limit => (limit.Name, 1))))
        {
            var shown = AdminWorld.Cells(before, $"<code>{limit}</code>", 6);
            Assert.Equal(lines, shown.Count);
            Assert.All(shown, state => Assert.Contains("on", state, StringComparison.Ordinal));
        }

        Assert.StartsWith("2", AdminWorld.Cell(before, "<code>mail</code>", 2), StringComparison.Ordinal);
        Assert.Equal("0", AdminWorld.Cell(before, "<code>mail</code>", 5));
        for (var i = 0; i < 3; i++)
            await new Browser(world.Host).SubmitAsync("/forgot", "/forgot", ("email", AuthApi.NewEmail()));
        Assert.Equal("1", AdminWorld.Cell(await admin.Browser.OpenAsync("/admin/limits"), "<code>mail</code>", 5));
        Assert.Contains("mana_rate_limit_refusals_total{limit=\"mail\"} 1", await world.Host.CreateClient().GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_run_now_and_the_outcome_of_each_is_shown()
    {
        var admin = await world.SeatAsync(isAdmin: true);
        var shown = await admin.Browser.OpenAsync("/admin/jobs");
        foreach (var (job, outcome) in ((string, string)[])[("test.good", "good"), ("test.bad", "failed"), ("test.running", "running"), ("test.new", "not yet")])
            Assert.StartsWith(outcome, AdminWorld.Cell(shown, $"<code>{job}</code>", 1), StringComparison.Ordinal);
        Assert.EndsWith("42 ms", AdminWorld.Cell(shown, "<code>test.good</code>", 2), StringComparison.Ordinal);
        Assert.Contains("last good 20 Nov 2026 11:00:00", AdminWorld.Cell(shown, "<code>test.bad</code>", 1), StringComparison.Ordinal);
        Assert.Contains("in 15 h", AdminWorld.Cell(shown, "<code>test.running</code>", 3), StringComparison.Ordinal);
        Assert.Contains("1 / 4", (await admin.Browser.OpenAsync("/admin")).Text, StringComparison.Ordinal);

        Assert.Equal("/admin/jobs?done=asked", (await admin.DoAsync("/admin/jobs", ("job", "test.bad"))).Location);
        world.Jobs.Answer = JobTriggerResult.AlreadyPending;
        Assert.Equal("/admin/jobs?failed=pending", (await admin.DoAsync("/admin/jobs", ("job", "test.bad"))).Location);
        Assert.Equal(["test.bad", "test.bad"], world.Jobs.Asked);
        Assert.Equal(["job.run 409", "job.run 303"], (await world.AuditAsync(admin.UserId)).Take(2));
    }
}
