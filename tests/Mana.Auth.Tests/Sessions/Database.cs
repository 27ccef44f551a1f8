using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Sessions;

internal static class Database
{
    /// <summary>What was noted of these sessions, in order; sign-in and registration left out.</summary>
    public static async Task<string> EventsAsync(TestHost host, string userId)
    {
        await host.Services.GetRequiredService<SecurityLog>().FlushAsync(TestContext.Current.CancellationToken);
        await using var scope = host.Services.CreateAsyncScope();
        var events = await scope.ServiceProvider.GetRequiredService<AuthDbContext>().SecurityEvents.AsNoTracking()
            .Where(entry => entry.UserId == userId).OrderBy(entry => entry.Position).ToListAsync(TestContext.Current.CancellationToken);
        Assert.All(events, entry => Assert.NotNull(entry.RequestId));
        return string.Join(',', events.Select(entry => entry.EventType).Where(type => type is not (SecurityEventTypes.LoginSuccess or SecurityEventTypes.Register)));
    }
}
