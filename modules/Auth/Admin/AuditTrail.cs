using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Admin;

/// <summary>Everybody's security events, newest first. Every way through is along an index: by type, by person, or by id, which is of the time.</summary>
internal sealed class AuditTrail(AuthDbContext database)
{
    public const int PageSize = 50;

    /// <summary>One more than a page when another follows.</summary>
    /// <param name="type">Null: of every type.</param>
    /// <param name="before">Where the page before ended.</param>
    public async Task<List<SecurityEvent>> PageAsync(string? type, string? userId, Guid? before, CancellationToken cancellationToken)
    {
        var events = database.SecurityEvents.AsNoTracking();
        var last = before is { } id ? await events.Where(entry => entry.Id == id).Select(entry => (DateTimeOffset?)entry.CreatedAt).SingleOrDefaultAsync(cancellationToken) : null;
        if (type is not null)
            events = events.Where(entry => entry.EventType == type);
        if (userId is not null)
            events = events.Where(entry => entry.UserId == userId);
        if (last is { } at)
            events = events.Where(entry => entry.CreatedAt < at || entry.CreatedAt == at && entry.Id.CompareTo(before!.Value) < 0);
        // Of all events there is no index by time; ids begin with it.
        events = type is null && userId is null ? events.OrderByDescending(entry => entry.Id) : events.OrderByDescending(entry => entry.CreatedAt).ThenByDescending(entry => entry.Id);
        return await events.Take(PageSize + 1).ToListAsync(cancellationToken);
    }

    /// <summary>One of <see cref="SecurityEventTypes"/>, or null.</summary>
    public static string? Known(string? type) => Types.FirstOrDefault(known => known == type);

    public static IReadOnlyList<string> Types { get; } =
    [
        SecurityEventTypes.AdminAction, SecurityEventTypes.LoginSuccess, SecurityEventTypes.LoginFailure, SecurityEventTypes.NewDeviceLogin, SecurityEventTypes.AccountLocked,
        SecurityEventTypes.AccountUnlocked, SecurityEventTypes.AccountBlocked, SecurityEventTypes.AccountUnblocked, SecurityEventTypes.Register, SecurityEventTypes.AccountDeleted, SecurityEventTypes.PasswordChanged, SecurityEventTypes.PasswordResetCompleted,
        SecurityEventTypes.EmailChanged, SecurityEventTypes.TwoFactorEnabled, SecurityEventTypes.TwoFactorDisabled, SecurityEventTypes.TwoFactorFailed, SecurityEventTypes.PasskeyRegistered,
        SecurityEventTypes.PasskeyDeleted, SecurityEventTypes.ApiKeyCreated, SecurityEventTypes.ApiKeyRevoked, SecurityEventTypes.RefreshReuseDetected, SecurityEventTypes.OidcCodeReplay,
        SecurityEventTypes.OAuthRefreshReuse, SecurityEventTypes.SessionRevoked, SecurityEventTypes.StepUpFailed, SecurityEventTypes.EventDisowned, SecurityEventTypes.DataExported,
        SecurityEventTypes.VaultRefused, SecurityEventTypes.ApiKeyValidationFailed,
    ];
}
