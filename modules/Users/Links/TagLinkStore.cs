using Mana.Kernel.Database;
using Mana.Kernel.Ids;
using Mana.Users.Contracts;
using Mana.Users.Tags;
using Npgsql;

namespace Mana.Users.Links;

internal sealed record TagLink(Guid Id, Guid TagId, string AppId, string EntityId, string EntityType, string UserId, DateTimeOffset CreatedAt);

/// <summary>A link as a client asks for it.</summary>
internal sealed record WantedLink(Guid TagId, string AppId, string EntityId, string EntityType);

internal sealed record SyncedLinks(int Synced, IReadOnlyList<TagLink> Added, IReadOnlyList<Guid> Removed, IReadOnlyList<Tag> Tags);

/// <summary>What became of links that were asked for.</summary>
internal abstract record LinkResult
{
    private LinkResult()
    {
    }

    /// <summary>All of them are there.</summary>
    /// <param name="New">Those that were not there before.</param>
    public sealed record Linked(IReadOnlyList<TagLink> All, IReadOnlyList<TagLink> New) : LinkResult;

    /// <summary>A tag is not the caller's; nothing was linked.</summary>
    public sealed record ForeignTag : LinkResult;

    /// <summary>More than fits; nothing changed.</summary>
    public sealed record TooMany(string What, int Most) : LinkResult;

    /// <summary>The thing has exactly these tags now.</summary>
    public sealed record Synced(SyncedLinks Links) : LinkResult;
}

/// <summary>
/// Which of a person's tags are on what. Statements name the owner, and the owner is in the key to the tag as well. Changes of one person's links wait
/// for each other: the last list that was sent is what is there, never a mixture.
/// </summary>
internal sealed class TagLinkStore(NpgsqlDataSource database, TagStore tags, IIdSource ids, TimeProvider time, UsersMetrics metrics)
{
    public const int MostPerEntity = 100;
    const int MostListed = 5000;

    /// <summary>Of one person in all.</summary>
    public const int MostLinks = 100_000;
    const string Columns = "id, tag_id, app_id, entity_id, entity_type, user_id, created_at";

    /// <summary>Every filter that is not null holds, and the owner's always (W-53).</summary>
    public Task<List<TagLink>> FindAsync(string owner, string? appId, string? entityId, string? entityType, Guid? tagId, CancellationToken cancellationToken) => database.Sql($"""
        SELECT {Columns} FROM users.tag_links WHERE user_id = $1 AND ($2::text IS NULL OR app_id = $2) AND ($3::text IS NULL OR entity_id = $3)
          AND ($4::text IS NULL OR entity_type = $4) AND ($5::uuid IS NULL OR tag_id = $5) ORDER BY created_at, id LIMIT {MostListed}
        """, owner, appId, entityId, entityType, tagId).RowsAsync(Read, cancellationToken);

    /// <summary>All or nothing; a link that is there already stays the one it is.</summary>
    public async Task<LinkResult> AddAsync(string owner, IReadOnlyList<WantedLink> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
            return new LinkResult.Linked([], []);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, owner, cancellationToken);
        if (!await OwnsAsync(connection, owner, [.. wanted.Select(link => link.TagId).Distinct()], cancellationToken))
            return new LinkResult.ForeignTag();
        var added = await InsertAsync(connection, owner, wanted, cancellationToken);
        string[] apps = [.. wanted.Select(link => link.AppId)], entities = [.. wanted.Select(link => link.EntityId)];
        if (await connection.Sql($"""
            SELECT EXISTS (SELECT FROM users.tag_links WHERE user_id = $1 AND (app_id, entity_id) IN (SELECT * FROM unnest($2::text[], $3::text[])) GROUP BY app_id, entity_id HAVING count(*) > {MostPerEntity})
            """, owner, apps, entities).ValueAsync<bool>(cancellationToken))
            return new LinkResult.TooMany("tags on one thing", MostPerEntity);
        if (await IsFullAsync(connection, owner, cancellationToken))
            return new LinkResult.TooMany("tagged things", MostLinks);
        var all = await connection.Sql($"""
            SELECT {Columns} FROM users.tag_links WHERE user_id = $1 AND (tag_id, app_id, entity_id) IN (SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[])) ORDER BY created_at, id
            """, owner, wanted.Select(link => link.TagId).ToArray(), apps, entities).RowsAsync(Read, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        metrics.Tags("link");
        return new LinkResult.Linked(all, added);
    }

    /// <summary>Afterwards the thing has exactly these tags.</summary>
    public async Task<LinkResult> SyncAsync(string owner, string appId, string entityId, string entityType, IReadOnlyCollection<Guid> tagIds, CancellationToken cancellationToken)
    {
        var wanted = tagIds.Distinct().ToArray();
        if (wanted.Length > MostPerEntity)
            return new LinkResult.TooMany("tags on one thing", MostPerEntity);
        List<Guid> removed;
        List<TagLink> added;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await LockAsync(connection, owner, cancellationToken);
            if (!await OwnsAsync(connection, owner, wanted, cancellationToken))
                return new LinkResult.ForeignTag();
            removed = await connection.Sql("DELETE FROM users.tag_links WHERE user_id = $1 AND app_id = $2 AND entity_id = $3 AND tag_id <> ALL ($4) RETURNING id", owner, appId, entityId, wanted)
                .RowsAsync(row => row.GetGuid(0), cancellationToken);
            added = await InsertAsync(connection, owner, [.. wanted.Select(tag => new WantedLink(tag, appId, entityId, entityType))], cancellationToken);
            if (added.Count > 0 && await IsFullAsync(connection, owner, cancellationToken))
                return new LinkResult.TooMany("tagged things", MostLinks);
            await transaction.CommitAsync(cancellationToken);
        }

        metrics.Tags("sync");
        return new LinkResult.Synced(new SyncedLinks(wanted.Length, added, removed, await tags.ResolveAsync(owner, wanted, cancellationToken)));
    }

    public async Task<bool> DeleteAsync(string owner, Guid id, CancellationToken cancellationToken)
    {
        var deleted = await database.Sql("DELETE FROM users.tag_links WHERE user_id = $1 AND id = $2", owner, id).RunAsync(cancellationToken) > 0;
        if (deleted)
            metrics.Tags("unlink");
        return deleted;
    }

    /// <summary>Ends with the transaction. One per person, not per thing: the server has room for few thousand locks in all.</summary>
    static Task LockAsync(NpgsqlConnection connection, string owner, CancellationToken cancellationToken) =>
        connection.Sql("SELECT pg_advisory_xact_lock(hashtextextended('users.tag_links' || chr(1) || $1, 0))", owner).RunAsync(cancellationToken);

    /// <summary>With what this transaction has added; whoever is full may still take away.</summary>
    static async Task<bool> IsFullAsync(NpgsqlConnection connection, string owner, CancellationToken cancellationToken) => await connection.Sql(
        $"SELECT count(*) FROM (SELECT FROM users.tag_links WHERE user_id = $1 LIMIT {MostLinks + 1}) some", owner).ValueAsync<long>(cancellationToken) > MostLinks;

    /// <summary>Every one of them is the owner's, and stays so until the transaction ends.</summary>
    static async Task<bool> OwnsAsync(NpgsqlConnection connection, string owner, Guid[] distinct, CancellationToken cancellationToken) =>
        (await connection.Sql("SELECT id FROM users.tags WHERE user_id = $1 AND id = ANY ($2) ORDER BY id FOR KEY SHARE", owner, distinct).RowsAsync(row => row.GetGuid(0), cancellationToken)).Count == distinct.Length;

    Task<List<TagLink>> InsertAsync(NpgsqlConnection connection, string owner, IReadOnlyList<WantedLink> links, CancellationToken cancellationToken) => connection.Sql($"""
        INSERT INTO users.tag_links (id, tag_id, user_id, app_id, entity_id, entity_type, created_at)
        SELECT i, t, $1, a, e, k, $7 FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[]) AS l (i, t, a, e, k)
        ON CONFLICT (tag_id, app_id, entity_id) DO NOTHING RETURNING {Columns}
        """, owner, links.Select(_ => ids.NewGuid()).ToArray(), links.Select(link => link.TagId).ToArray(), links.Select(link => link.AppId).ToArray(),
        links.Select(link => link.EntityId).ToArray(), links.Select(link => link.EntityType).ToArray(), time.GetUtcNow()).RowsAsync(Read, cancellationToken);

    public static TagLink Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetFieldValue<DateTimeOffset>(6));
}
