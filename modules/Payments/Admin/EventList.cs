using Mana.Payments.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Payments.Admin;

/// <summary>An event as an operator sees it; its payload stays where it is.</summary>
internal sealed record EventBody(
    string Id, string Type, string? ObjectId, string? ApiVersion, bool Livemode, DateTimeOffset StripeCreated, DateTimeOffset ReceivedAt, string Source, string Status, string? Outcome,
    int Attempts, string? LastError, DateTimeOffset? NextAttemptAt, DateTimeOffset? ProcessedAt);

/// <summary>Events of the inbox, the newest first.</summary>
internal sealed class EventList(PaymentsDbContext stored)
{
    public const int LargestPage = 200;

    /// <summary>Those of one state, of one object, or those that wait for a person.</summary>
    /// <param name="status">One of the states; null: those that wait for a person.</param>
    public async Task<List<EventBody>> ListAsync(string? status, string? objectId, int limit, CancellationToken cancellationToken)
    {
        var rows = stored.Events.AsNoTracking();
        rows = status is not null ? rows.Where(row => row.Status == status) : objectId is null ? rows.Where(row => row.Status == "dead" || row.Status == "quarantined") : rows;
        if (objectId is not null)
            rows = rows.Where(row => row.ObjectId == objectId);
        return await rows.OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.EventId).Take(limit).Select(row => new EventBody(
            row.EventId, row.Type, row.ObjectId, row.ApiVersion, row.Livemode, row.StripeCreated, row.ReceivedAt, row.Source, row.Status, row.Outcome, row.Attempts, row.LastError,
            row.Status == "pending" ? row.NextAttemptAt : null, row.ProcessedAt)).ToListAsync(cancellationToken);
    }
}
