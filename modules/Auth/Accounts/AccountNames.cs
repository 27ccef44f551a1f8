using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Accounts;

internal sealed class AccountNames(IServiceScopeFactory scopes) : IAccountNames
{
    public async Task<IReadOnlyDictionary<string, string>> OfAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AuthDbContext>().Users.AsNoTracking().Where(user => userIds.Contains(user.Id) && user.DeletedAt == null)
            .ToDictionaryAsync(user => user.Id, user => user.Name, StringComparer.Ordinal, cancellationToken);
    }
}
