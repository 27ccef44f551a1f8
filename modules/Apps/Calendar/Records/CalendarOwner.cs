using Mana.Auth.Contracts;
using Mana.Kernel.Wire;
using Mana.Sync.Contracts;

namespace Mana.Apps.Calendar.Records;

/// <summary>A calendar that somebody may see, and where its records lie.</summary>
/// <param name="SpaceId">Null: the person's own records.</param>
internal sealed record FoundCalendar(SyncRecord Record, string? SpaceId, bool MayWrite, string UserId)
{
    public RecordOwner Owner => SpaceId is null ? RecordOwner.OfUser(UserId) : RecordOwner.OfSpace(SpaceId);
}

/// <summary>Finds calendars among a person's own records and those of the spaces that they are a member of now (compute.md 9.6).</summary>
internal sealed class CalendarAccess(ISyncRecords records, ISpaceDirectory spaces)
{
    public const string App = "calendar";

    /// <summary>Null when there is no such calendar for this person; nobody learns whether others have it.</summary>
    public async Task<FoundCalendar?> FindAsync(string userId, string calendarId, CancellationToken cancellationToken)
    {
        if (calendarId.Length > 128 || !StorableText.IsText(calendarId))
            return null;
        if (await Living(RecordOwner.OfUser(userId)) is { } own)
            return new FoundCalendar(own, null, true, userId);
        foreach (var membership in await spaces.MembershipsOfAsync(userId, cancellationToken))
            if (!membership.IsPersonal && await Living(RecordOwner.OfSpace(membership.SpaceId)) is { IsPrivate: false } shared)
                return new FoundCalendar(shared, membership.SpaceId, membership.MayWrite, userId);
        return null;

        async Task<SyncRecord?> Living(RecordOwner owner) => await records.ReadAsync(owner, App, "calendars", calendarId, cancellationToken) is { IsDeleted: false } record ? record : null;
    }
}
