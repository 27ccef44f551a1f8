using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Mana.Kernel.Ids;
using Mana.Users.Contracts;
using Npgsql;

namespace Mana.Users.Tags;

/// <summary>Tags of one person at a time: every statement names the owner, so a foreign id is as good as none (W-53).</summary>
internal sealed class TagStore(NpgsqlDataSource database, IErasedUsers erased, IIdSource ids, TimeProvider time, UsersMetrics metrics) : ITagDirectory
{
    public const int MostTags = 1000;
    public const int MostIds = 500;
    public const string DefaultColor = "#3B82F6";
    const string Columns = "id, user_id, name, color, icon, group_id, sort_order, created_at, updated_at";
    const string Order = "ORDER BY sort_order, created_at, id";

    public Task<List<Tag>> AllAsync(string owner, CancellationToken cancellationToken) =>
        database.Sql($"SELECT {Columns} FROM users.tags WHERE user_id = $1 {Order}", owner).RowsAsync(Read, cancellationToken);

    public Task<Tag?> FindAsync(string owner, Guid id, CancellationToken cancellationToken) =>
        database.Sql($"SELECT {Columns} FROM users.tags WHERE user_id = $1 AND id = $2", owner, id).RowAsync(Read, cancellationToken);

    public async Task<IReadOnlyList<Tag>> ResolveAsync(string owner, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => ids.Count == 0 ? []
        : await database.Sql($"SELECT {Columns} FROM users.tags WHERE user_id = $1 AND id = ANY ($2) {Order}", owner, ids.ToArray()).RowsAsync(Read, cancellationToken);

    public async Task<IReadOnlyList<Tag>> ForEntityAsync(string owner, string appId, string entityId, CancellationToken cancellationToken) =>
        await database.Sql($"""
            SELECT {Columns} FROM users.tags WHERE user_id = $1
              AND id IN (SELECT tag_id FROM users.tag_links WHERE user_id = $1 AND app_id = $2 AND entity_id = $3) {Order}
            """, owner, appId, entityId).RowsAsync(Read, cancellationToken);

    public async Task<TagResult<Tag>> CreateAsync(string owner, TagFields fields, CancellationToken cancellationToken)
    {
        if (await erased.IsErasedAsync(owner, cancellationToken))
            return new TagResult<Tag>.Gone();
        return await GuardAsync(fields.Name!, async () =>
        {
            // Who makes many at once may come a few above the limit, which is there against floods and not to the unit.
            var created = await database.Sql($"""
                INSERT INTO users.tags (id, user_id, name, color, icon, group_id, sort_order, created_at, updated_at)
                SELECT $2, $1, $3, $4, $5::text, $6::uuid, $7, $8, $8 WHERE (SELECT count(*) FROM users.tags WHERE user_id = $1) < {MostTags} RETURNING {Columns}
                """, owner, ids.NewGuid(), fields.Name, fields.Color.Value ?? DefaultColor, fields.Icon.Value, fields.GroupId.Value, fields.SortOrder ?? 0, time.GetUtcNow())
                .RowAsync(Read, cancellationToken);
            if (created is null)
                return new TagResult<Tag>.TooMany();
            metrics.Tags("create");
            return new TagResult<Tag>.Ok(created);
        });
    }

    public Task<TagResult<Tag>> ChangeAsync(string owner, Guid id, TagFields fields, CancellationToken cancellationToken) => GuardAsync(fields.Name ?? "", async () =>
    {
        var changed = await database.Sql($"""
            UPDATE users.tags SET name = coalesce($3::text, name), color = CASE WHEN $4 THEN $5::text ELSE color END, icon = CASE WHEN $6 THEN $7::text ELSE icon END,
              group_id = CASE WHEN $8 THEN $9::uuid ELSE group_id END, sort_order = coalesce($10::int, sort_order), updated_at = $11
            WHERE user_id = $1 AND id = $2 RETURNING {Columns}
            """, owner, id, fields.Name, fields.Color.IsThere, fields.Color.Value, fields.Icon.IsThere, fields.Icon.Value,
            fields.GroupId.IsThere, fields.GroupId.Value, fields.SortOrder, time.GetUtcNow()).RowAsync(Read, cancellationToken);
        if (changed is null)
            return new TagResult<Tag>.NotFound();
        metrics.Tags("update");
        return new TagResult<Tag>.Ok(changed);
    });

    /// <summary>Its links go with it.</summary>
    public async Task<bool> DeleteAsync(string owner, Guid id, CancellationToken cancellationToken)
    {
        var deleted = await database.Sql("DELETE FROM users.tags WHERE user_id = $1 AND id = $2", owner, id).RunAsync(cancellationToken) > 0;
        if (deleted)
            metrics.Tags("delete");
        return deleted;
    }

    /// <summary>Nothing where there are tags already; of many calls at the same time one makes the four.</summary>
    public async Task<TagResult<IReadOnlyList<Tag>>> DefaultsAsync(string owner, CancellationToken cancellationToken)
    {
        if (await erased.IsErasedAsync(owner, cancellationToken))
            return new TagResult<IReadOnlyList<Tag>>.Gone();
        var made = await database.Sql("""
            INSERT INTO users.tags (id, user_id, name, color, icon, sort_order, created_at, updated_at)
            SELECT i, $1, n, c, s, o - 1, $6, $6 FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS t (i, n, c, s, o)
            WHERE NOT EXISTS (SELECT FROM users.tags WHERE user_id = $1) ON CONFLICT (user_id, name) DO NOTHING
            """, owner, DefaultTags.All.Select(_ => ids.NewGuid()).ToArray(), DefaultTags.All.Select(tag => tag.Name).ToArray(), DefaultTags.All.Select(tag => tag.Color).ToArray(),
            DefaultTags.All.Select(tag => tag.Icon).ToArray(), time.GetUtcNow()).RunAsync(cancellationToken);
        if (made > 0)
            metrics.Tags("defaults");
        return new TagResult<IReadOnlyList<Tag>>.Ok(await AllAsync(owner, cancellationToken));
    }

    static async Task<TagResult<Tag>> GuardAsync(string name, Func<Task<TagResult<Tag>>> change)
    {
        try
        {
            return await change();
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new TagResult<Tag>.NameTaken(name);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return new TagResult<Tag>.NoSuchGroup();
        }
    }

    public static Tag Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.TextOrNull(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.GetInt32(6),
        row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8));
}
