namespace Mana.Auth.Spaces;

/// <summary>What became of a request for a space.</summary>
internal abstract record SpaceCreation
{
    public sealed record Created(string SpaceId) : SpaceCreation;

    /// <summary>The user has a personal space; there is never a second one.</summary>
    public sealed record AlreadyThere(string SpaceId) : SpaceCreation;

    public sealed record Invalid(string Problem) : SpaceCreation;

    public sealed record NoSuchUser : SpaceCreation;
}

/// <summary>What became of a change of a space's members. Only <see cref="Done"/> changed anything and sent an event.</summary>
internal enum MembershipChange
{
    Done,

    /// <summary>It was so already.</summary>
    Unchanged,

    /// <summary>Never was, or is deleted.</summary>
    NoSuchSpace,

    NoSuchUser,

    NotMember,

    /// <summary>400 <c>ROLE_NOT_FOUND</c> once there are routes.</summary>
    UnknownRole,

    /// <summary>A space keeps at least one owner.</summary>
    LastOwner,

    /// <summary>A personal space belongs to one person and lives as long as the account (auth.md 14.5).</summary>
    PersonalSpace,
}
