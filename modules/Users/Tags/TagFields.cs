using System.Text.RegularExpressions;
using Mana.Kernel.Wire;

namespace Mana.Users.Tags;

/// <summary>
/// What a client may say of a tag or a group; nothing else of a body is looked at (W-52). A member that is not there leaves what is stored, one that
/// is null removes it, where it may be removed.
/// </summary>
internal sealed partial record TagFields(string? Name, Field<string> Color, Field<string> Icon, Field<Guid?> GroupId, int? SortOrder)
{
    const int LongestName = 100;
    const int LongestIcon = 50;

    [GeneratedRegex(@"^#[0-9A-Fa-f]{6}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ColorForm();

    /// <summary>Takes these members and no others.</summary>
    /// <param name="isNew">The name must be there.</param>
    public static TagFields Read(RequestFields fields, bool isNew) => new(
        isNew || fields.Mentions("name") ? fields.Text("name", LongestName) : null,
        new(fields.Mentions("color"), fields.OptionalText("color", ColorForm(), "#RRGGBB")),
        new(fields.Mentions("icon"), fields.OptionalText("icon", LongestIcon)),
        new(fields.Mentions("groupId"), fields.OptionalId("groupId")),
        fields.OptionalWhole("sortOrder", int.MinValue, int.MaxValue));
}

/// <summary>A member of a body: whether it is there, and what it says.</summary>
internal readonly record struct Field<T>(bool IsThere, T? Value);
