using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Mana.Kernel.Ids;
using Npgsql;

namespace Mana.Users.Tags;

/// <summary>Groups of tags; as with tags, every statement names the owner.</summary>
internal sealed class TagGroupStore(NpgsqlDataSource database, IErasedUsers erased, IIdSource ids, TimeProvider time, UsersMetrics metrics)
{
    public const int MostGroups = 200;
    const string Columns = "id, user_id, name, color, icon, sort_order, created_at, updated_at";

    public Task<List<TagGroup>> AllAsync(string owner, CancellationToken cancellationToken) =>
        database.Sql($"SELECT {Columns} FROM users.tag_groups WHERE user_id = $1 ORDER BY sort_order, created_at, id", owner).RowsAsync(Read, cancellationToken);

    public async Task<TagResult<TagGroup>> CreateAsync(string owner, TagFields fields, CancellationToken cancellationToken)
    {
        if (await erased.IsErasedAsync(owner, cancellationToken))
            return new TagResult<TagGroup>.Gone();
        return await GuardAsync(fields.Name!, async () =>
        {
            var created = await database.Sql($"""
                INSERT INTO users.tag_groups (id, user_id, name, color, icon, sort_order, created_at, updated_at)
                SELECT $2, $1, $3, $4, $5::text, $6, $7, $7 WHERE (SELECT count(*) FROM users.tag_groups WHERE user_id = $1) < {MostGroups} RETURNING {Columns}
                """, owner, ids.NewGuid(), fields.Name, fields.Color.Value ?? TagStore.DefaultColor, fields.Icon.Value, fields.SortOrder ?? 0, time.GetUtcNow()).RowAsync(Read, cancellationToken);
            if (created is null)
                return new TagResult<TagGroup>.TooMany();
            metrics.Tags("create_group");
            return new TagResult<TagGroup>.Ok(created);
        });
    }

    public Task<TagResult<TagGroup>> ChangeAsync(string owner, Guid id, TagFields fields, CancellationToken cancellationToken) => GuardAsync(fields.Name ?? "", async () =>
    {
        var changed = await database.Sql($"""
            UPDATE users.tag_groups SET name = coalesce($3::text, name), color = CASE WHEN $4 THEN $5::text ELSE color END, icon = CASE WHEN $6 THEN $7::text ELSE icon END,
              sort_order = coalesce($8::int, sort_order), updated_at = $9
            WHERE user_id = $1 AND id = $2 RETURNING {Columns}
            """, owner, id, fields.Name, fields.Color.IsThere, fields.Color.Value, fields.Icon.IsThere, fields.Icon.Value, fields.SortOrder, time.GetUtcNow()).RowAsync(Read, cancellationToken);
        if (changed is null)
            return new TagResult<TagGroup>.NotFound();
        metrics.Tags("update_group");
        return new TagResult<TagGroup>.Ok(changed);
    });

    /// <summary>The order of the list becomes theirs; with an id that is not the owner's, nothing changes. Null then.</summary>
    public async Task<List<TagGroup>?> ReorderAsync(string owner, IReadOnlyList<Guid> order, CancellationToken cancellationToken)
    {
        var distinct = order.Distinct().ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Locked in one order by everybody: two reorderings at the same time wait and do not collide.
        await connection.Sql("SELECT 1 FROM users.tag_groups WHERE user_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE", owner, distinct).RunAsync(cancellationToken);
        var changed = await connection.Sql("""
            UPDATE users.tag_groups g SET sort_order = t.o - 1, updated_at = $3 FROM unnest($2::uuid[]) WITH ORDINALITY AS t (i, o) WHERE g.user_id = $1 AND g.id = t.i
            """, owner, distinct, time.GetUtcNow()).RunAsync(cancellationToken);
        if (changed != distinct.Length)
            return null;
        await transaction.CommitAsync(cancellationToken);
        metrics.Tags("reorder_groups");
        return await AllAsync(owner, cancellationToken);
    }

    /// <summary>Its tags stay, without a group.</summary>
    public async Task<bool> DeleteAsync(string owner, Guid id, CancellationToken cancellationToken)
    {
        var deleted = await database.Sql("DELETE FROM users.tag_groups WHERE user_id = $1 AND id = $2", owner, id).RunAsync(cancellationToken) > 0;
        if (deleted)
            metrics.Tags("delete_group");
        return deleted;
    }

    static async Task<TagResult<TagGroup>> GuardAsync(string name, Func<Task<TagResult<TagGroup>>> change)
    {
        try
        {
            return await change();
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new TagResult<TagGroup>.NameTaken(name);
        }
    }

    static TagGroup Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.TextOrNull(4), row.GetInt32(5), row.GetFieldValue<DateTimeOffset>(6), row.GetFieldValue<DateTimeOffset>(7));
}
