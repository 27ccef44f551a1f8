using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Kernel.Ids;
using Mana.Kernel.Outbox;

namespace Mana.Auth.Spaces;

/// <summary>The rows and events of a space that comes into being. They are only added: the caller saves, in a transaction of its own.</summary>
internal sealed class NewSpace(AuthDbContext database, EventWriter events, IIdSource ids, TimeProvider time)
{
    /// <summary>Returns the id.</summary>
    /// <param name="slug">Null: the id.</param>
    /// <param name="metadata">As <see cref="SpaceMetadata.Stored"/>.</param>
    public string Add(SpaceType type, string name, string ownerUserId, AccessTier tier, string? slug = null, string? logo = null, string metadata = "{}")
    {
        var (id, now) = (ids.NewId(), Organization.WholeMicroseconds(time.GetUtcNow()));
        database.Organizations.Add(new Organization
        {
            Id = id,
            Name = name,
            // The id is good until somebody chooses one: valid, and as unique.
            Slug = slug ?? id,
            Type = type,
            Tier = tier,
            OwnerUserId = type == SpaceType.Personal ? ownerUserId : null,
            Logo = logo,
            Metadata = metadata,
            CreatedAt = now,
            UpdatedAt = now,
        });
        database.Members.Add(new Member { Id = ids.NewId(), OrganizationId = id, UserId = ownerUserId, Role = SpaceRoles.Owner, CreatedAt = now });
        events.Add(database, new SpaceCreated(id, LowerCaseEnum.Text(type), ownerUserId));
        events.Add(database, new SpaceMemberAdded(id, ownerUserId, SpaceRoles.Owner));
        return id;
    }
}
