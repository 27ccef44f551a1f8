using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.SecurityEvents;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Auth.Spaces;

/// <summary>A change of what a space is called or looks like; null stays as it is.</summary>
internal sealed record SpaceChange(string? Name, string? Slug, bool ChangesLogo, string? Logo, SpaceMetadata? Metadata);

/// <summary>What people do with whole spaces (auth.md 14.5): found, change, delete, and choose the one that they work in.</summary>
internal sealed class SpaceActions(
    AuthDbContext database, SpaceFounding founding, SpaceMemberships memberships, SpaceLookup lookup, SpaceLock locks, SpacePlans plans, SpaceSlugs slugs, SecurityLog security)
{
    const string UniqueSlug = "organizations_slug_key";

    /// <summary>The new space, with its owner in it.</summary>
    /// <param name="wish">The caller is its owner; the plan's limit is added here.</param>
    public async Task<SpaceResult<Seat>> FoundAsync(SpaceCaller caller, SpaceWish wish, CancellationToken cancellationToken)
    {
        if (wish.Type == SpaceType.Personal)
            return new SpaceResult<Seat>.Refused(SpaceRefusal.InvalidMetadata, "metadata.type: everybody has their one personal space from the start");
        if (wish.Slug is null || !SpaceRules.IsSlug(wish.Slug))
            return SpaceRefusal.InvalidSlug;
        if (SpaceSlugs.IsReserved(wish.Slug) || await slugs.WasErasedAsync(wish.Slug, cancellationToken))
            return SpaceRefusal.SlugTaken;
        if (wish.Logo is not null && !SpaceRules.IsLogo(wish.Logo))
            return SpaceRefusal.InvalidLogo;
        var limits = await plans.OfAsync(caller.UserId, cancellationToken);
        switch (await founding.FoundAsync(wish with { MostOwned = limits.MaxOrganizations }, cancellationToken))
        {
            case SpaceCreation.Created created:
                security.Record(SecurityEventTypes.OrganizationCreated, caller.UserId, caller.Client, ("spaceId", created.SpaceId), ("type", LowerCaseEnum.Text(wish.Type)));
                return await lookup.SeatAsync(caller, new SpaceReference(created.SpaceId, null), cancellationToken);
            case SpaceCreation.SlugTaken:
                return SpaceRefusal.SlugTaken;
            case SpaceCreation.TooMany tooMany:
                return new SpaceResult<Seat>.Refused(
                    SpaceRefusal.PlanAllowsNoMoreSpaces, $"Your plan allows {tooMany.Most} shared space(s) of your own, and you have them. A larger plan allows more.");
            case SpaceCreation.NoSuchUser:
                return SpaceRefusal.NotMember;
            default:
                return SpaceRefusal.InvalidName;
        }
    }

    public async Task<SpaceResult<Organization>> ChangeAsync(SpaceCaller caller, string spaceId, SpaceChange change, CancellationToken cancellationToken)
    {
        var name = change.Name?.Trim();
        if (change.Slug is not null && !SpaceRules.IsSlug(change.Slug))
            return SpaceRefusal.InvalidSlug;
        if (change.Logo is not null && !SpaceRules.IsLogo(change.Logo))
            return SpaceRefusal.InvalidLogo;
        if (name is null && change is { Slug: null, ChangesLogo: false, Metadata: null })
            return SpaceRefusal.NothingToChange;

        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await locks.TakeAsync(spaceId, cancellationToken) is not { } space)
            return SpaceRefusal.NoSuchSpace;
        if (await locks.RoleAsync(spaceId, caller.UserId, cancellationToken) is not { } role)
            return SpaceRefusal.NotMember;
        if (!SpacePermissions.MayUpdate(role))
            return SpaceRefusal.MayNotUpdate;
        if (name is not null && !SpaceRules.IsName(name, space.Type == SpaceType.Personal))
            return SpaceRefusal.InvalidName;
        if (change.Metadata is { NamesType: true } metadata && metadata.Type != space.Type)
            return new SpaceResult<Organization>.Refused(SpaceRefusal.InvalidMetadata, "metadata.type: a space stays of the type that it was founded as");
        if (change.Slug is { } slug && slug != space.Slug)
        {
            // It is the person's handle in other services; whoever got it next would pass for them there.
            if (space.Type == SpaceType.Personal)
                return SpaceRefusal.PersonalSlug;
            if (SpaceSlugs.IsReserved(slug) || await slugs.WasErasedAsync(slug, cancellationToken))
                return SpaceRefusal.SlugTaken;
            space.Slug = slug;
        }

        space.Name = name ?? space.Name;
        space.Logo = change.ChangesLogo ? change.Logo : space.Logo;
        space.Metadata = change.Metadata?.Stored ?? space.Metadata;
        try
        {
            await database.Organizations.Where(row => row.Id == spaceId).ExecuteUpdateAsync(
                row => row.SetProperty(it => it.Name, space.Name).SetProperty(it => it.Slug, space.Slug).SetProperty(it => it.Logo, space.Logo)
                    .SetProperty(it => it.Metadata, space.Metadata),
                cancellationToken);
        }
        catch (PostgresException exception) when (exception.ConstraintName == UniqueSlug)
        {
            return SpaceRefusal.SlugTaken;
        }

        await locks.CommitAsync(transaction, space, cancellationToken);
        return space;
    }

    /// <summary>The space as it was.</summary>
    public async Task<SpaceResult<Organization>> DeleteAsync(SpaceCaller caller, string spaceId, CancellationToken cancellationToken)
    {
        var found = await lookup.SeatAsync(caller, new SpaceReference(spaceId, null), cancellationToken);
        if (found is not SpaceResult<Seat>.Done { Value: var seat })
            return ((SpaceResult<Seat>.Refused)found).Why;
        if (seat.Space.Type == SpaceType.Personal)
            return SpaceRefusal.PersonalUndeletable;
        switch (await memberships.DeleteAsync(spaceId, cancellationToken, caller.UserId))
        {
            case MembershipChange.Done:
                security.Record(SecurityEventTypes.OrganizationDeleted, caller.UserId, caller.Client, ("spaceId", spaceId));
                return seat.Space;
            case MembershipChange.NotAllowed:
                return SpaceRefusal.MayNotDelete;
            default:
                return SpaceRefusal.NoSuchSpace;
        }
    }

    /// <summary>The session of the caller works in this space from now on. Under its lock, so that who is removed meanwhile does not stay in it.</summary>
    public async Task<SpaceResult<Seat>> OpenAsync(SpaceCaller caller, SpaceReference reference, CancellationToken cancellationToken)
    {
        var found = await lookup.IdAsync(caller, reference, cancellationToken);
        if (found is not SpaceResult<string>.Done { Value: var id })
            return ((SpaceResult<string>.Refused)found).Why;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await locks.TakeAsync(id, cancellationToken) is null)
            return SpaceRefusal.NoSuchSpace;
        if (await locks.RoleAsync(id, caller.UserId, cancellationToken) is null)
            return SpaceRefusal.NotMember;
        await locks.OpenAsync(id, caller.UserId, caller.SessionId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return await lookup.SeatAsync(caller, new SpaceReference(id, null), cancellationToken);
    }

    /// <summary>The session of the caller works nowhere.</summary>
    public Task CloseAsync(SpaceCaller caller, CancellationToken cancellationToken) =>
        database.Sessions.Where(session => session.Id == caller.SessionId && session.UserId == caller.UserId)
            .ExecuteUpdateAsync(session => session.SetProperty(row => row.ActiveOrganizationId, (string?)null), cancellationToken);

    /// <summary>Whether a space could have this slug now.</summary>
    public async Task<SpaceResult<bool>> CheckSlugAsync(string slug, CancellationToken cancellationToken)
    {
        if (!SpaceRules.IsSlug(slug))
            return SpaceRefusal.InvalidSlug;
        var taken = SpaceSlugs.IsReserved(slug) || await slugs.WasErasedAsync(slug, cancellationToken) || await database.Organizations.AnyAsync(space => space.Slug == slug, cancellationToken);
        return taken ? SpaceRefusal.SlugTaken : true;
    }
}
