using Microsoft.AspNetCore.Identity;

namespace Mana.Auth.Data;

/// <summary>
/// An account (auth.md 4.2, 4.3). Identity keeps credentials, lockout and second factors; the rest is ours.
/// An account has no name to sign in with but its address, so Identity's user name is not mapped.
/// </summary>
internal sealed class User : IdentityUser
{
    public required string Name { get; set; }

    public string? Image { get; set; }

    public UserRole Role { get; set; } = UserRole.User;

    public AccessTier AccessTier { get; set; } = AccessTier.Public;

    public UserKind Kind { get; set; } = UserKind.Human;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? PasswordChangedAt { get; set; }

    /// <summary>Null: the apps still show their introduction.</summary>
    public DateTimeOffset? OnboardingCompletedAt { get; set; }

    /// <summary>A deleted account answers like one that never was.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Nothing opens a blocked account: no session of it is alive, and none begins. Only who proves to be its owner hears why.</summary>
    public DateTimeOffset? BlockedAt { get; set; }
}

/// <summary>Platform role; stored and sent in lower case, like the two below.</summary>
internal enum UserRole
{
    User,
    Admin,
    Service,
}

/// <summary>Ascending privilege (auth.md 4.1).</summary>
internal enum AccessTier
{
    Guest,
    Public,
    Beta,
    Alpha,
    Founder,
}

internal enum UserKind
{
    Human,
    Persona,
    System,
}
