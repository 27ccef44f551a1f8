using Mana.Auth.Data;
using Mana.Kernel.Figures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Figures;

/// <summary>How many people there are, and who is new. Personas are nobody.</summary>
internal sealed class AccountFigures(IServiceScopeFactory scopes) : IDailyFigures, IPeopleOfPeriod
{
    public PeopleOf Kind => PeopleOf.Registered;

    public async Task<IReadOnlyList<DailyFigure>> OfDayAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var (from, until) = DailyFigure.Bounds(day);
        await using var scope = scopes.CreateAsyncScope();
        var people = People(scope.ServiceProvider);
        return
        [
            new DailyFigure("registrations", "", await people.LongCountAsync(user => user.CreatedAt >= from && user.CreatedAt < until, cancellationToken)),
            new DailyFigure("users", "", await people.LongCountAsync(user => user.CreatedAt < until, cancellationToken)),
            new DailyFigure("users", "verified", await people.LongCountAsync(user => user.CreatedAt < until && user.EmailConfirmed, cancellationToken)),
        ];
    }

    public async Task<IReadOnlyCollection<string>> BetweenAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await People(scope.ServiceProvider).Where(user => user.CreatedAt >= from && user.CreatedAt < until).Select(user => user.Id).ToListAsync(cancellationToken);
    }

    static IQueryable<User> People(IServiceProvider services) =>
        services.GetRequiredService<AuthDbContext>().Users.AsNoTracking().Where(user => user.DeletedAt == null && user.Kind == UserKind.Human);
}
