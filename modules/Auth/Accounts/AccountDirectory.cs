using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Accounts;

internal sealed class AccountDirectory(IServiceScopeFactory scopes) : IAccountDirectory
{
    public async ValueTask<AccountFacts?> FindAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AuthDbContext>().Users.AsNoTracking()
            .Where(user => user.Id == userId && user.DeletedAt == null)
            .Select(user => new AccountFacts(user.Id, user.Name, user.Email!, user.EmailConfirmed, user.Role == UserRole.Admin))
            .FirstOrDefaultAsync(cancellationToken);
    }
}
