using System.Text.Json;
using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.SecurityEvents;

/// <summary>One event as its owner sees it (auth.md 8).</summary>
/// <param name="Verified">The chain of all of the person's events holds, as of a minute ago at most.</param>
internal sealed record SecurityEventView(
    Guid Id, string EventType, string? IpAddress, string? UserAgent, JsonElement Metadata, [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, bool Verified);

/// <summary>One page.</summary>
/// <param name="HasMore">Older ones follow.</param>
internal sealed record SecurityEventPage(IReadOnlyList<SecurityEventView> Events, bool HasMore, bool Verified);

/// <summary>A person's own events, newest first.</summary>
internal sealed class SecurityEventList(AuthDbContext database, ChainVerdicts verdicts)
{
    public const int Usual = 50;
    public const int Most = 200;

    /// <summary>At most <paramref name="limit"/> events.</summary>
    /// <param name="before">Where the page before ended; what is not the person's own event is the beginning.</param>
    public async Task<SecurityEventPage> PageAsync(string userId, int limit, Guid? before, CancellationToken cancellationToken)
    {
        var events = database.SecurityEvents.AsNoTracking().Where(entry => entry.UserId == userId);
        if (before is not null && await events.Where(entry => entry.Id == before).Select(entry => entry.Position).SingleOrDefaultAsync(cancellationToken) is { } position)
            events = events.Where(entry => entry.Position < position);
        var rows = await events.OrderByDescending(entry => entry.Position).Take(limit + 1).ToListAsync(cancellationToken);
        var verified = await verdicts.HoldsAsync(userId, cancellationToken);
        return new SecurityEventPage([.. rows.Take(limit).Select(row => View(row, verified))], rows.Count > limit, verified);
    }

    static SecurityEventView View(SecurityEvent entry, bool verified)
    {
        using var metadata = JsonDocument.Parse(entry.Metadata);
        return new SecurityEventView(entry.Id, entry.EventType, entry.IpAddress, entry.UserAgent, metadata.RootElement.Clone(), entry.CreatedAt, verified);
    }
}
