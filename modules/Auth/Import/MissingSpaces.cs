using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Spaces;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Import;

/// <summary>
/// Gives every imported account the personal space that it did not have, and lets <c>organizations.updated_at</c> rise to the newest
/// membership, which is what the next one counts on. No events: nothing has happened that anybody was not told of long ago.
/// </summary>
internal sealed class MissingSpaces(IServiceScopeFactory scopes, IIdSource ids, TimeProvider time)
{
    const int Batch = 100;

    static readonly string Without = $"""
        SELECT u.* FROM auth.users u WHERE u.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM auth.organizations o WHERE o.owner_user_id = u.id)
          AND EXISTS (SELECT 1 FROM auth.imported_rows i WHERE i.table_name = 'users' AND i.row_digest = {ImportBook.DigestSql("users", "u.id")})
        ORDER BY u.id LIMIT {Batch}
        """;

    const string Rise = """
        UPDATE auth.organizations o SET updated_at = m.newest FROM (SELECT organization_id, max(created_at) AS newest FROM auth.members GROUP BY organization_id) m
        WHERE m.organization_id = o.id AND o.updated_at < m.newest
        """;

    /// <summary>Ids of the accounts that got one.</summary>
    public async Task<IReadOnlyList<string>> AddAsync(ImportTarget target, CancellationToken cancellationToken)
    {
        var all = new List<string>();
        await target.RunAsync(async _ =>
        {
            await using var command = new NpgsqlCommand(Rise, target.Connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }, cancellationToken);
        for (var added = Batch; added == Batch;)
            await target.RunAsync(async transaction =>
            {
                var owners = await AddAsync(transaction, cancellationToken);
                added = owners.Count;
                all.AddRange(owners);
            }, cancellationToken);
        return all;
    }

    async Task<List<string>> AddAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        database.Database.SetDbConnection(transaction.Connection, contextOwnsConnection: false);
        await database.Database.UseTransactionAsync(transaction, cancellationToken);
        var slugs = scope.ServiceProvider.GetRequiredService<SpaceSlugs>();
        var owners = await database.Users.FromSqlRaw(Without).AsNoTracking().ToListAsync(cancellationToken);
        foreach (var owner in owners)
        {
            var (id, now) = (ids.NewId(), Organization.WholeMicroseconds(time.GetUtcNow()));
            database.Organizations.Add(new Organization
            {
                Id = id,
                Name = owner.Name,
                Slug = await slugs.FreeAsync(owner.Email!.Contains('@', StringComparison.Ordinal) ? EmailAddress.LocalPart(owner.Email) : owner.Email, cancellationToken),
                Type = SpaceType.Personal,
                Tier = owner.AccessTier,
                OwnerUserId = owner.Id,
                CreatedAt = now,
                UpdatedAt = now,
            });
            database.Members.Add(new Member { Id = ids.NewId(), OrganizationId = id, UserId = owner.Id, Role = SpaceRoles.Owner, CreatedAt = now });
            // One by one: the next one's slug must see it.
            await database.SaveChangesAsync(cancellationToken);
        }

        return owners.ConvertAll(owner => owner.Id);
    }
}
