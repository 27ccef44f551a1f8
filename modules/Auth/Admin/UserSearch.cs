using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Admin;

internal sealed record AdminUserView(
    string Id, string Email, string Name, string Role, string AccessTier, string Kind, bool EmailVerified,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(InstantConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastActiveAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Blocked = false);

internal sealed record AdminUserPage(IReadOnlyList<AdminUserView> Users, int Total, int Page, int Limit);

internal sealed record AdminTierList(IReadOnlyList<AdminUserView> Users, int Count);

/// <summary>The list of accounts (auth.md 17.2).</summary>
internal sealed class UserSearch(AuthDbContext database)
{
    const int Usual = 20;
    const int Most = 100;
    const int LastPage = 1_000_000;
    const int LongestSearch = 200;

    /// <summary>Newest first. Page and limit are brought into their bounds.</summary>
    public async Task<AdminUserPage> PageAsync(int? page, int? limit, string? search, CancellationToken cancellationToken)
    {
        var (number, size) = (Math.Clamp(page ?? 1, 1, LastPage), Math.Clamp(limit ?? Usual, 1, Most));
        var users = Living;
        if (StoredText.Shortened(search?.Trim(), LongestSearch) is { } text)
        {
            var pattern = $"%{Literal(text)}%";
            users = users.Where(user => EF.Functions.ILike(user.Email!, pattern, "\\") || EF.Functions.ILike(user.Name, pattern, "\\"));
        }

        var total = await users.CountAsync(cancellationToken);
        return new AdminUserPage(await ReadAsync(users, (number - 1) * size, size, cancellationToken), total, number, size);
    }

    public async Task<AdminTierList> OfTierAsync(AccessTier tier, int? limit, CancellationToken cancellationToken)
    {
        var users = await ReadAsync(Living.Where(user => user.AccessTier == tier), 0, Math.Clamp(limit ?? Most, 1, Most), cancellationToken);
        return new AdminTierList(users, users.Count);
    }

    IQueryable<User> Living => database.Users.AsNoTracking().Where(user => user.DeletedAt == null);

    async Task<List<AdminUserView>> ReadAsync(IQueryable<User> users, int skip, int take, CancellationToken cancellationToken)
    {
        var rows = await users.OrderByDescending(user => user.CreatedAt).ThenBy(user => user.Id).Skip(skip).Take(take)
            .Select(user => new { User = user, LastActiveAt = database.Sessions.Where(session => session.UserId == user.Id).Max(session => (DateTimeOffset?)session.LastActivityAt) })
            .ToListAsync(cancellationToken);
        return [.. rows.Select(row => new AdminUserView(
            row.User.Id, row.User.Email!, row.User.Name, LowerCaseEnum.Text(row.User.Role), LowerCaseEnum.Text(row.User.AccessTier),
            LowerCaseEnum.Text(row.User.Kind), row.User.EmailConfirmed, row.User.CreatedAt, row.LastActiveAt, row.User.BlockedAt is not null))];
    }

    /// <summary>Nobody searches for patterns: a percent sign is a percent sign.</summary>
    public static string Literal(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
