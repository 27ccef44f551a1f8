using Mana.Kernel.Outbox;

namespace Mana.Auth.Contracts;

/// <summary>A space came into being, committed together with its first member (auth.md 14.4, 14.5).</summary>
/// <param name="Type"><c>personal</c>, <c>brand</c>, <c>club</c>, <c>family</c>, <c>team</c> or <c>practice</c>.</param>
public sealed record SpaceCreated(string SpaceId, string Type, string OwnerUserId) : IManaEvent
{
    public static string Name => "auth.space_created";
}

/// <summary>A space was founded as a Gilde (auth.md 14.7); its <see cref="SpaceCreated"/> is sent as well. Credits may give it a pool.</summary>
public sealed record GuildCreated(string SpaceId, string OwnerUserId) : IManaEvent
{
    public static string Name => "auth.guild_created";
}

public sealed record SpaceMemberAdded(string SpaceId, string UserId, string Role) : IManaEvent
{
    public static string Name => "auth.space_member_added";
}

/// <summary>Left or was removed; either way nothing of the space may reach the user any more.</summary>
public sealed record SpaceMemberRemoved(string SpaceId, string UserId) : IManaEvent
{
    public static string Name => "auth.space_member_removed";
}

public sealed record SpaceRoleChanged(string SpaceId, string UserId, string Role) : IManaEvent
{
    public static string Name => "auth.space_role_changed";
}

/// <summary>The space is gone. Nobody is a member any more; a <see cref="SpaceMemberRemoved"/> for each is not sent.</summary>
/// <param name="FormerMembers">User ids.</param>
public sealed record SpaceDeleted(string SpaceId, IReadOnlyList<string> FormerMembers) : IManaEvent
{
    public static string Name => "auth.space_deleted";
}

/// <summary>A session was ended before its time: sign-out, refresh reuse, password change, removal of a device (auth.md 7.3, 22).</summary>
public sealed record SessionRevoked(string SessionId, string UserId) : IManaEvent
{
    public static string Name => "auth.session_revoked";
}
