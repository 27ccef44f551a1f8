namespace Mana.Auth.Spaces;

/// <summary>What became of a request for a space.</summary>
internal abstract record SpaceCreation
{
    public sealed record Created(string SpaceId) : SpaceCreation;

    /// <summary>The user has a personal space; there is never a second one.</summary>
    public sealed record AlreadyThere(string SpaceId) : SpaceCreation;

    public sealed record Invalid(string Problem) : SpaceCreation;

    public sealed record NoSuchUser : SpaceCreation;

    public sealed record SlugTaken : SpaceCreation;

    /// <summary>The owner's plan allows no further one.</summary>
    public sealed record TooMany(int Most) : SpaceCreation;
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

    /// <summary>400 <c>ROLE_NOT_FOUND</c>.</summary>
    UnknownRole,

    /// <summary>A space keeps at least one owner.</summary>
    LastOwner,

    /// <summary>A personal space belongs to one person and lives as long as the account (auth.md 14.5).</summary>
    PersonalSpace,

    /// <summary>Not by the one who wants it (auth.md 14.3).</summary>
    NotAllowed,
}

/// <summary>What became of a wish about a space: what was asked for, or why not.</summary>
internal abstract record SpaceResult<T>
{
    public sealed record Done(T Value) : SpaceResult<T>;

    /// <summary>It was not done, and nothing was changed.</summary>
    /// <param name="Problem">A sentence that says more than the reason does, or null.</param>
    public sealed record Refused(SpaceRefusal Why, string? Problem = null) : SpaceResult<T>;

    public static implicit operator SpaceResult<T>(T value) => new Done(value);

    public static implicit operator SpaceResult<T>(SpaceRefusal why) => new Refused(why);
}

/// <summary>Why not. <c>Organizations/OrganizationRefusals</c> says it to clients.</summary>
internal enum SpaceRefusal
{
    NoSuchSpace,
    NoneActive,
    NotMember,
    InvalidName,
    InvalidSlug,
    InvalidLogo,
    InvalidMetadata,
    NothingToChange,
    SlugTaken,
    PersonalSlug,
    PersonalSpace,
    PersonalUndeletable,
    PlanAllowsNoMoreSpaces,
    PlanAllowsNoMoreMembers,
    MayNotUpdate,
    MayNotDelete,
    MayNotInvite,
    MayNotInviteWithRole,
    MayNotCancel,
    MayNotRemove,
    MayNotChangeRole,
    UnknownRole,
    NoSuchMember,
    LastOwner,
    InvalidEmail,
    AlreadyInvited,
    AlreadyMember,
    TooManyInvitations,
    TooManyMails,
    NoSuchInvitation,
    NotRecipient,
    EmailNotVerified,
    SpaceIsFull,
}
