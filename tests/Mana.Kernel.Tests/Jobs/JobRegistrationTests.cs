using Mana.Kernel.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mana.Kernel.Tests.Jobs;

public sealed class JobRegistrationTests
{
    private readonly ServiceCollection _services = [];

    [Theory]
    [InlineData("")]
    [InlineData("Auth.Tokens")]
    [InlineData("auth..tokens")]
    [InlineData("auth tokens")]
    [InlineData("auth.tokens.")]
    public void A_malformed_name_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => _services.AddManaJob<ProbeJob>(name, schedule => schedule.Every(TimeSpan.FromMinutes(1))));

    [Fact]
    public void A_name_is_taken_once()
    {
        _services.AddManaJob<ProbeJob>("auth.expired-tokens", schedule => schedule.Every(TimeSpan.FromMinutes(1)));
        Assert.Throws<ArgumentException>(() => _services.AddManaJob<ProbeJob>("auth.expired-tokens", schedule => schedule.Cron("0 0 3 * * ?")));
    }

    [Theory]
    [InlineData("17 3 * * *")]
    [InlineData("0 0 24 * * ?")]
    [InlineData("0 0 0 30 2 ?")]
    [InlineData("0 0 0 1 1 ? 2020")]
    [InlineData("0 99 3 * * ?")]
    [InlineData("nonsense")]
    public void A_cron_expression_that_does_not_parse_or_never_fires_is_refused_at_registration(string expression) =>
        Assert.Throws<FormatException>(() => _services.AddManaJob<ProbeJob>("test.cron", schedule => schedule.Cron(expression)));

    [Fact]
    public void A_job_has_exactly_one_schedule()
    {
        Assert.Throws<InvalidOperationException>(() => _services.AddManaJob<ProbeJob>("test.none", _ => { }));
        Assert.Throws<InvalidOperationException>(() => _services.AddManaJob<ProbeJob>("test.two", schedule =>
        {
            schedule.Every(TimeSpan.FromMinutes(1));
            schedule.Cron("0 0 3 * * ?");
        }));
    }

    [Fact]
    public void An_interval_below_a_second_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _services.AddManaJob<ProbeJob>("test.fast", schedule => schedule.Every(TimeSpan.FromMilliseconds(999))));
}
