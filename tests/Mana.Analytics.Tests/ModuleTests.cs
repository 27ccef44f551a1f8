using Mana.Testing;

namespace Mana.Analytics.Tests;

public sealed class ModuleTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task The_schema_is_there() =>
        Assert.True(await fixture.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM information_schema.tables WHERE table_schema = 'feedback' AND table_name = 'outbox')"));
}
