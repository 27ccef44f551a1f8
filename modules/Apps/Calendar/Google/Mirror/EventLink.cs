using Mana.Apps.Calendar.External;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>One of our events and Google's of it (compute.md 9.5), with what both sides agreed on.</summary>
internal sealed class EventLink
{
    public required Guid ExternalId { get; init; }

    /// <summary>Record of <c>calendar.events</c>.</summary>
    public required string EventId { get; init; }

    /// <summary>Google's id of the event, or of the instance of a series.</summary>
    public required string RemoteId { get; init; }

    /// <summary>Google's version that we know; null: we do not know any.</summary>
    public string? ETag { get; set; }

    /// <summary>Hashes of our facets that Google has; of theirs that we have. They differ in what one side cannot say.</summary>
    public required string Ours { get; set; }

    public required string Theirs { get; set; }

    /// <summary>Hashes of our facets that Google refused for good: not offered again until they change.</summary>
    public string? Refused { get; set; }

    public static void Map(ModelBuilder modelBuilder) => modelBuilder.Entity<EventLink>(link =>
    {
        link.ToTable("external_links");
        link.HasKey(row => new { row.ExternalId, row.EventId }).HasName("external_links_key");
        link.HasIndex(row => new { row.ExternalId, row.RemoteId }).IsUnique().HasDatabaseName("external_links_remote");
        link.HasOne<ExternalCalendar>().WithMany().HasForeignKey(row => row.ExternalId).HasConstraintName("external_links_calendar").OnDelete(DeleteBehavior.Cascade);
    });
}

/// <summary>Table <c>external_links</c>. Each row is stored as soon as Google has said yes: what dies in between is found again by its id.</summary>
internal sealed class EventLinks(NpgsqlDataSource database)
{
    const string Put = """
        INSERT INTO apps.external_links (external_id, event_id, remote_id, e_tag, ours, theirs, refused) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (external_id, event_id) DO UPDATE SET remote_id = excluded.remote_id, e_tag = excluded.e_tag, ours = excluded.ours, theirs = excluded.theirs, refused = excluded.refused
        """;

    const string Drop = "DELETE FROM apps.external_links WHERE external_id = $1 AND event_id = $2";
    const string All = "SELECT event_id, remote_id, e_tag, ours, theirs, refused FROM apps.external_links WHERE external_id = $1";

    public async Task<List<EventLink>> OfAsync(Guid externalId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(All);
        command.Parameters.Add(new() { Value = externalId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var links = new List<EventLink>();
        while (await row.ReadAsync(cancellationToken))
            links.Add(new EventLink
            {
                ExternalId = externalId, EventId = row.GetString(0), RemoteId = row.GetString(1), ETag = row.IsDBNull(2) ? null : row.GetString(2), Ours = row.GetString(3), Theirs = row.GetString(4),
                Refused = row.IsDBNull(5) ? null : row.GetString(5),
            });
        return links;
    }

    public Task PutAsync(EventLink link, CancellationToken cancellationToken) =>
        ExecuteAsync(Put, [link.ExternalId, link.EventId, link.RemoteId, (object?)link.ETag ?? DBNull.Value, link.Ours, link.Theirs, (object?)link.Refused ?? DBNull.Value], cancellationToken);

    public Task DropAsync(EventLink link, CancellationToken cancellationToken) => ExecuteAsync(Drop, [link.ExternalId, link.EventId], cancellationToken);

    async Task ExecuteAsync(string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value is DBNull ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Text } : new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
