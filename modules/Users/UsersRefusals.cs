using Mana.Kernel.Errors;

namespace Mana.Users;

/// <summary>Codes of commerce.md 1.4. Web clients read only the message, so the messages are those of the original.</summary>
internal static class UsersRefusals
{
    public static readonly ApiError DocumentTooLarge = new(413, "payload_too_large", "A settings document holds at most 64 KiB");
    public static readonly ApiError Changed = new(412, "precondition_failed", "The settings were changed in the meantime");
    public static readonly ApiError Gone = NotFound("User not found");
    public static readonly ApiError TagNotFound = NotFound("Tag not found");
    public static readonly ApiError SomeTagsNotFound = NotFound("One or more tags not found");
    public static readonly ApiError GroupNotFound = NotFound("Tag group not found");
    public static readonly ApiError SomeGroupsNotFound = NotFound("One or more tag groups not found");
    public static readonly ApiError LinkNotFound = NotFound("Tag link not found");

    public static ApiError NotFound(string message) => new(404, "not_found", message);

    public static ApiError Exists(string kind, string name) => new(409, "conflict", $"{kind} \"{name}\" already exists");

    public static ApiError TooMany(string what, int most) => new(400, "validation_failed", $"There are at most {most} {what}");
}
