using Mana.Auth.Invitations;
using Mana.Auth.Spaces;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Organizations;

/// <summary>The refusals of spaces (auth.md 14.5, E3): codes of the engine that the original was built on.</summary>
internal static class OrganizationRefusals
{
    /// <summary>The answer, or the refusal.</summary>
    public static IResult Answer<T>(SpaceResult<T> result, Func<T, object> view) => result switch
    {
        SpaceResult<T>.Done done => Results.Ok(view(done.Value)),
        SpaceResult<T>.Refused refused => Of(refused.Why, refused.Problem),
        _ => throw new ArgumentOutOfRangeException(nameof(result)),
    };

    public static ApiError Of(SpaceRefusal why, string? problem = null) => Of(why) is var error && problem is not null ? error with { Message = problem } : error;

    public static ApiError Invalid(string field, string problem) => new(400, "VALIDATION_ERROR", $"[body.{field}] {problem}");

    /// <summary>The founding of a space speaks of its slug in other words than a change does.</summary>
    public static readonly ApiError AlreadyExists = new(400, "ORGANIZATION_ALREADY_EXISTS", "Organization already exists");

    static ApiError Of(SpaceRefusal why) => why switch
    {
        SpaceRefusal.NoSuchSpace => new(400, "ORGANIZATION_NOT_FOUND", "Organization not found"),
        SpaceRefusal.NoneActive => new(400, "NO_ACTIVE_ORGANIZATION", "No active organization"),
        SpaceRefusal.NotMember => new(403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION", "User is not a member of the organization"),
        SpaceRefusal.InvalidName => Invalid("name", SpaceRules.NameRule),
        SpaceRefusal.InvalidSlug => Invalid("slug", SpaceRules.SlugRule),
        SpaceRefusal.InvalidLogo => Invalid("logo", SpaceRules.LogoRule),
        SpaceRefusal.InvalidMetadata => new(400, "SPACE_METADATA_INVALID", "metadata: an object of at most 16 kB with a type: brand, club, family, team or practice"),
        SpaceRefusal.NothingToChange => Invalid("data", "Nothing to change: give name, slug, logo or metadata"),
        SpaceRefusal.SlugTaken => new(400, "ORGANIZATION_SLUG_ALREADY_TAKEN", "Organization slug already taken"),
        SpaceRefusal.PersonalSlug => new(403, "SPACE_PERSONAL_SLUG_IMMUTABLE", "The slug of a personal space is its owner's handle and stays"),
        SpaceRefusal.PersonalSpace => new(403, "SPACE_PERSONAL_SINGLE_MEMBER", "A personal space belongs to one person, who stays in it as its owner"),
        SpaceRefusal.PersonalUndeletable => new(403, "SPACE_PERSONAL_UNDELETABLE", "A personal space lives as long as the account"),
        SpaceRefusal.PlanAllowsNoMoreSpaces => new(403, "YOU_HAVE_REACHED_THE_MAXIMUM_NUMBER_OF_ORGANIZATIONS", "You have reached the maximum number of organizations"),
        SpaceRefusal.PlanAllowsNoMoreMembers => new(400, "ORGANIZATION_MEMBERSHIP_LIMIT_REACHED", "The plan of this space allows no more members"),
        SpaceRefusal.MayNotUpdate => new(403, "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_ORGANIZATION", "You are not allowed to update this organization"),
        SpaceRefusal.MayNotDelete => new(403, "YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_ORGANIZATION", "You are not allowed to delete this organization"),
        SpaceRefusal.MayNotInvite => new(403, "YOU_ARE_NOT_ALLOWED_TO_INVITE_USERS_TO_THIS_ORGANIZATION", "You are not allowed to invite users to this organization"),
        SpaceRefusal.MayNotInviteWithRole => new(403, "YOU_ARE_NOT_ALLOWED_TO_INVITE_USER_WITH_THIS_ROLE", "You are not allowed to invite a user with this role"),
        SpaceRefusal.MayNotCancel => new(403, "YOU_ARE_NOT_ALLOWED_TO_CANCEL_THIS_INVITATION", "You are not allowed to cancel this invitation"),
        SpaceRefusal.MayNotRemove => new(403, "YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_MEMBER", "You are not allowed to delete this member"),
        SpaceRefusal.MayNotChangeRole => new(403, "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_MEMBER", "You are not allowed to update this member"),
        SpaceRefusal.UnknownRole => new(400, "ROLE_NOT_FOUND", "Role not found"),
        SpaceRefusal.NoSuchMember => new(400, "MEMBER_NOT_FOUND", "Member not found"),
        SpaceRefusal.LastOwner => new(400, "YOU_CANNOT_LEAVE_THE_ORGANIZATION_AS_THE_ONLY_OWNER", "You cannot leave the organization as the only owner"),
        SpaceRefusal.InvalidEmail => Invalid("email", "Invalid email address"),
        SpaceRefusal.AlreadyInvited => new(400, "USER_IS_ALREADY_INVITED_TO_THIS_ORGANIZATION", "User is already invited to this organization"),
        SpaceRefusal.AlreadyMember => new(400, "USER_IS_ALREADY_A_MEMBER_OF_THIS_ORGANIZATION", "User is already a member of this organization"),
        SpaceRefusal.TooManyInvitations => new(403, "INVITATION_LIMIT_REACHED", $"There are {InvitationActions.MostPending} open invitations; cancel one first"),
        SpaceRefusal.TooManyMails => new(429, "RATE_LIMITED", "Too many invitations were sent to this address or by you; try again tomorrow") { RetryAfterSeconds = 3600 },
        SpaceRefusal.NoSuchInvitation => new(400, "INVITATION_NOT_FOUND", "Invitation not found"),
        SpaceRefusal.NotRecipient => new(403, "YOU_ARE_NOT_THE_RECIPIENT_OF_THE_INVITATION", "You are not the recipient of the invitation"),
        SpaceRefusal.EmailNotVerified => new(403, "EMAIL_VERIFICATION_REQUIRED_BEFORE_ACCEPTING_OR_REJECTING_INVITATION", "Verify your email address before you answer an invitation"),
        SpaceRefusal.SpaceIsFull => new(403, "ORGANIZATION_MEMBERSHIP_LIMIT_REACHED", "Organization membership limit reached"),
    };
}
