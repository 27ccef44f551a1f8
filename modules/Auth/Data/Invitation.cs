namespace Mana.Auth.Data;

/// <summary>
/// A place in a space that is kept for an address (auth.md 4.2, 14.5). At most one per space and address is pending; one that has run out no
/// longer counts, and goes when its address is invited again.
/// </summary>
internal sealed class Invitation
{
    /// <summary>192 random bits: it is in the link of a mail.</summary>
    public required string Id { get; init; }

    public required string OrganizationId { get; init; }

    /// <summary>As Accounts/EmailAddress stores addresses.</summary>
    public required string Email { get; init; }

    /// <summary>As in <see cref="Member.Role"/>.</summary>
    public required string Role { get; set; }

    public InvitationStatus Status { get; set; } = InvitationStatus.Pending;

    public required string InviterId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>Stored and sent in lower case, in the spelling of the original.</summary>
internal enum InvitationStatus
{
    Pending,
    Accepted,
    Rejected,
    Canceled,
}
