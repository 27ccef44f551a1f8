using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Auth.Spaces;

/// <summary>A space that somebody wants.</summary>
internal sealed record SpaceWish(SpaceType Type, string Name, string OwnerUserId)
{
    /// <summary>Null: the id of the space.</summary>
    public string? Slug { get; init; }

    public string? Logo { get; init; }

    /// <summary>As <see cref="SpaceMetadata.Stored"/>.</summary>
    public string Metadata { get; init; } = "{}";

    public bool IsGuild { get; init; }

    /// <summary>The session that works in it from the start; null: none.</summary>
    public string? OpenIn { get; init; }

    /// <summary>How many shared spaces its owner may own then. Null: the platform itself asks, and it is no question.</summary>
    public int? MostOwned { get; init; }
}

/// <summary>Brings spaces into being: the space, its owner, its events and what the owner's session works in, in one transaction.</summary>
internal sealed class SpaceFounding(AuthDbContext database, NewSpace creation, SpaceLock locks, EventWriter events)
{
    const string UniqueSlug = "organizations_slug_key";

    public async Task<SpaceCreation> FoundAsync(SpaceWish wish, CancellationToken cancellationToken)
    {
        var title = wish.Name.Trim();
        if (!SpaceRules.IsName(title, wish.Type == SpaceType.Personal))
            return new SpaceCreation.Invalid("name: " + SpaceRules.NameRule);

        // The row of the owner is the lock of what they own.
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (!await locks.TakeUserAsync(wish.OwnerUserId, cancellationToken))
            return new SpaceCreation.NoSuchUser();
        if (wish.Type == SpaceType.Personal && await PersonalAsync(wish.OwnerUserId, cancellationToken) is { } existing)
            return new SpaceCreation.AlreadyThere(existing);
        if (wish.MostOwned is { } most && await OwnedAsync(wish.OwnerUserId, cancellationToken) >= most)
            return new SpaceCreation.TooMany(most);

        var id = creation.Add(wish.Type, title, wish.OwnerUserId, AccessTier.Public, wish.Slug, wish.Logo, wish.Metadata);
        if (wish.IsGuild)
            events.Add(database, new GuildCreated(id, wish.OwnerUserId));
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { ConstraintName: UniqueSlug })
        {
            return new SpaceCreation.SlugTaken();
        }
        finally
        {
            database.ChangeTracker.Clear();
        }

        if (wish.OpenIn is not null)
            await locks.OpenAsync(id, wish.OwnerUserId, wish.OpenIn, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new SpaceCreation.Created(id);
    }

    async Task<string?> PersonalAsync(string userId, CancellationToken cancellationToken) =>
        await database.Organizations.Where(space => space.OwnerUserId == userId && space.Type == SpaceType.Personal).Select(space => space.Id)
            .SingleOrDefaultAsync(cancellationToken);

    async Task<int> OwnedAsync(string userId, CancellationToken cancellationToken) =>
        (await (from member in database.Members
                join space in database.Organizations on member.OrganizationId equals space.Id
                where member.UserId == userId && space.Type != SpaceType.Personal && space.DeletedAt == null
                select member.Role).ToListAsync(cancellationToken)).Count(SpaceRoles.IsOwner);
}
