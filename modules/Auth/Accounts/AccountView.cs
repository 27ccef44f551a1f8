using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;

namespace Mana.Auth.Accounts;

/// <summary>The account as clients see it (auth.md 5.1).</summary>
internal sealed record AccountView(
    string Id,
    string Name,
    string Email,
    bool EmailVerified,
    string? Image,
    string Role,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset UpdatedAt,
    bool TwoFactorEnabled,
    string AccessTier,
    string Kind)
{
    public static AccountView Of(User user) => new(
        user.Id, user.Name, user.Email!, user.EmailConfirmed, user.Image, LowerCaseEnum.Text(user.Role), user.CreatedAt, user.UpdatedAt,
        user.TwoFactorEnabled, LowerCaseEnum.Text(user.AccessTier), LowerCaseEnum.Text(user.Kind));
}
