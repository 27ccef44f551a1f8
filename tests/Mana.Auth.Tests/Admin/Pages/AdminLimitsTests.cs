using Mana.Auth.Tests.Pages;
using Mana.Kernel.RateLimits;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Admin.Pages;

/// <summary>A host whose limits hold and whose jobs run.</summary>
public sealed class GuardedAdminWorld : AdminWorld
{
    protected override void Configure(TestHost host) => host
        .With("RateLimits:Enabled", "true").With("Jobs:Enabled", "true").With("RateLimits:Policies:mail:PermitsPerMinute", "2").With("RateLimits:Policies:mail:Burst", "2");
}

public sealed class AdminLimitsTests(GuardedAdminWorld world) : IClassFixture<GuardedAdminWorld>
{
    [Fact]
    public async Task Every_limit_is_shown_with_its_size_and_its_refusals()
    {
        var admin = await world.SeatAsync(isAdmin: true);
        var before = await admin.Browser.OpenAsync("/admin/limits");
        foreach (var policy in world.Host.Services.GetServices<RateLimitPolicy>().Select(policy => policy.Name).Concat(world.Host.Services.GetServices<OutcomeLimit>().Select(limit => limit.Name)))
            Assert.Contains("on", AdminWorld.Cell(before, $"<code>{policy}</code>", 6), StringComparison.Ordinal);
        Assert.StartsWith("2", AdminWorld.Cell(before, "<code>mail</code>", 2), StringComparison.Ordinal);
        Assert.Equal("0", AdminWorld.Cell(before, "<code>mail</code>", 5));
        for (var i = 0; i < 3; i++)
            await new Browser(world.Host).SubmitAsync("/forgot", "/forgot", ("email", AuthApi.NewEmail()));
        Assert.Equal("1", AdminWorld.Cell(await admin.Browser.OpenAsync("/admin/limits"), "<code>mail</code>", 5));
        Assert.Contains("mana_rate_limit_refusals_total{limit=\"mail\"} 1", await world.Host.CreateClient().GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_run_now_and_its_outcome_is_shown()
    {
        var admin = await world.SeatAsync(isAdmin: true);
        for (var patience = 0; patience < 200 && AdminWorld.Cell(await admin.Browser.OpenAsync("/admin/jobs"), "<code>auth.retention</code>", 3) == "–"; patience++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal("/admin/jobs?done=asked", (await admin.DoAsync("/admin/jobs", ("job", "auth.retention"))).Location);
        var outcome = "";
        for (var patience = 0; patience < 400 && outcome != "good"; patience++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            outcome = AdminWorld.Cell(await admin.Browser.OpenAsync("/admin/jobs"), "<code>auth.retention</code>", 1);
        }

        Assert.Equal("good", outcome);
        Assert.Matches("ms$", AdminWorld.Cell(await admin.Browser.OpenAsync("/admin/jobs"), "<code>auth.retention</code>", 2));
        Assert.Equal("job.run 303", (await world.AuditAsync(admin.UserId))[0]);
    }
}
