using Mana.Apps.Calendar.Records;
using Mana.Apps.Data;
using Mana.Auth.Contracts;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar.Shares;

/// <summary>A calendar that its owner lets somebody read, by their address (compute.md 9.6).</summary>
internal sealed class CalendarShare
{
    public required Guid Id { get; init; }

    public required string OwnerId { get; init; }

    public required string CalendarId { get; init; }

    /// <summary>Lower case. Only who has proved it to be theirs sees the share.</summary>
    public required string Email { get; init; }

    public string? InviteeId { get; set; }

    /// <summary><c>pending</c>, <c>accepted</c> or <c>declined</c>.</summary>
    public required string Status { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Offers, answers and what an accepted one opens. Whoever is to write shares a space instead.</summary>
internal sealed class CalendarShares(AppsDbContext database, CalendarAccess calendars, IAccountDirectory accounts, IIdSource ids, TimeProvider time)
{
    const int Most = 100;

    /// <summary>Null: no such calendar, or too many shares. An address that has a share already keeps it.</summary>
    public async Task<CalendarShare?> OfferAsync(string ownerId, string calendarId, string email, CancellationToken cancellationToken)
    {
        if (await calendars.FindAsync(ownerId, calendarId, cancellationToken) is not { SpaceId: null })
            return null;
        var shares = await OfAsync(ownerId, calendarId, cancellationToken);
        var address = email.Trim().ToLowerInvariant();
        if (shares.Find(share => share.Email == address) is { } held)
            return held;
        if (shares.Count >= Most)
            return null;
        var offered = new CalendarShare { Id = ids.NewGuid(), OwnerId = ownerId, CalendarId = calendarId, Email = address, Status = "pending", CreatedAt = time.GetUtcNow() };
        database.Add(offered);
        await database.SaveChangesAsync(cancellationToken);
        return offered;
    }

    public Task<List<CalendarShare>> OfAsync(string ownerId, string calendarId, CancellationToken cancellationToken) =>
        database.Set<CalendarShare>().Where(share => share.OwnerId == ownerId && share.CalendarId == calendarId).OrderBy(share => share.CreatedAt).ToListAsync(cancellationToken);

    public async Task<bool> RevokeAsync(string ownerId, string calendarId, Guid id, CancellationToken cancellationToken) =>
        await database.Set<CalendarShare>().Where(share => share.Id == id && share.OwnerId == ownerId && share.CalendarId == calendarId).ExecuteDeleteAsync(cancellationToken) > 0;

    /// <summary>Offered to the person's proved address, or accepted by them.</summary>
    public async Task<List<CalendarShare>> ForAsync(string userId, CancellationToken cancellationToken)
    {
        var address = await accounts.FindAsync(userId, cancellationToken) is { EmailVerified: true } account ? account.Email.ToLowerInvariant() : null;
        return await database.Set<CalendarShare>().Where(share => share.InviteeId == userId || (share.InviteeId == null && address != null && share.Email == address))
            .OrderBy(share => share.CreatedAt).ToListAsync(cancellationToken);
    }

    public async Task<CalendarShare?> AnswerAsync(string userId, Guid id, bool accept, CancellationToken cancellationToken)
    {
        if ((await ForAsync(userId, cancellationToken)).Find(share => share.Id == id) is not { } share)
            return null;
        (share.InviteeId, share.Status) = (userId, accept ? "accepted" : "declined");
        await database.SaveChangesAsync(cancellationToken);
        return share;
    }

    /// <summary>The calendar of an accepted share, while its owner has it.</summary>
    public async Task<FoundCalendar?> OpenAsync(string userId, Guid id, CancellationToken cancellationToken) =>
        await database.Set<CalendarShare>().AsNoTracking().FirstOrDefaultAsync(share => share.Id == id && share.InviteeId == userId && share.Status == "accepted", cancellationToken) is { } share
            && await calendars.FindAsync(share.OwnerId, share.CalendarId, cancellationToken) is { SpaceId: null } calendar ? calendar : null;
}
