namespace Mana.Auth.Contracts;

/// <summary>
/// Who belongs to which space (auth.md 14). Other modules authorise by this and nothing else; they may cache an answer for 30 s and
/// drop it on the events of <see cref="SpaceMemberAdded"/>, <see cref="SpaceMemberRemoved"/>, <see cref="SpaceRoleChanged"/> and
/// <see cref="SpaceDeleted"/>.
/// </summary>
public interface ISpaceDirectory
{
    /// <summary>Every space the user is a member of now, the personal one included, in no promised order. Unknown users have none.</summary>
    ValueTask<IReadOnlyList<SpaceMembership>> MembershipsOfAsync(string userId, CancellationToken cancellationToken);

    /// <summary>User ids of the members; empty when there is no such space.</summary>
    ValueTask<IReadOnlyList<string>> MembersOfAsync(string spaceId, CancellationToken cancellationToken);

    /// <summary>When the space was deleted; null while it exists, and for one that was never known.</summary>
    ValueTask<DateTimeOffset?> DeletedAtAsync(string spaceId, CancellationToken cancellationToken);
}

/// <summary>One membership.</summary>
/// <param name="SpaceId">Opaque text, never parsed.</param>
/// <param name="IsPersonal">The space of type <c>personal</c> that belongs to the user alone.</param>
/// <param name="Role"><c>owner</c>, <c>admin</c>, <c>member</c> or a registered read-only role.</param>
/// <param name="MayWrite">The role may change what the space holds.</param>
/// <param name="JoinedAt">
/// Start of this membership, UTC, whole microseconds. Leaving and joining again gives another one; a change of role does not. It tells two
/// memberships of the same person in the same space apart.
/// </param>
public sealed record SpaceMembership(string SpaceId, bool IsPersonal, string Role, bool MayWrite, DateTimeOffset JoinedAt);
