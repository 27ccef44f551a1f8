using Mana.Sync.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Data;

public sealed class SchemaTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task The_model_has_no_change_without_a_migration()
    {
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<SyncDbContext>();
        Assert.NotEmpty(await context.Database.GetAppliedMigrationsAsync());
        Assert.False(context.Database.HasPendingModelChanges());
    }
}
