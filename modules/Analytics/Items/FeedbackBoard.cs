using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Npgsql;

namespace Mana.Analytics.Items;

/// <summary>What to list. A filter that is null holds for everything.</summary>
internal sealed record FeedFilter(string? AppId, string? ModuleContext, string? Category, string? Status, bool Recent, int Limit, int Offset);

/// <summary>Everything that is read from the board. Whoever asks with a user id is signed in and sees own reactions, and real names of those who want that.</summary>
internal sealed class FeedbackBoard(NpgsqlDataSource database, IAccountNames names)
{
    const int MostReplies = 200;
    const string Newest = "i.created_at DESC, i.id DESC";

    /// <summary>Public ideas, without replies.</summary>
    public async Task<IReadOnlyList<PublicItem>> FeedAsync(string? viewer, FeedFilter filter, CancellationToken cancellationToken) => await PublicAsync(
        viewer, await ListAsync(viewer, "i.is_public AND i.parent_id IS NULL AND i.deleted_at IS NULL", filter.Recent ? Newest : "i.score DESC, i.created_at DESC, i.id DESC", filter, cancellationToken), cancellationToken);

    /// <summary>One idea with its replies; null unless everybody may see it. Of one that was deleted, the frame of its thread is left.</summary>
    public async Task<(PublicItem Item, IReadOnlyList<PublicItem> Replies)?> ThreadAsync(string? viewer, Guid id, CancellationToken cancellationToken)
    {
        var item = await database.Sql($"""
            SELECT {FeedbackItem.Columns} {FeedbackItem.From} WHERE i.id = $2 AND (({FeedbackItem.Visible}) OR (i.deleted_at IS NOT NULL AND i.is_public AND i.parent_id IS NULL))
            """, viewer, id).RowAsync(FeedbackItem.Read, cancellationToken);
        return item is null ? null : ((await PublicAsync(viewer, [item], cancellationToken))[0], await RepliesAsync(viewer, id, cancellationToken) ?? []);
    }

    /// <summary>Oldest first; null when there is no such idea for the caller.</summary>
    public async Task<IReadOnlyList<PublicItem>?> RepliesAsync(string? viewer, Guid id, CancellationToken cancellationToken)
    {
        if (await database.Sql("SELECT 1 FROM feedback.items WHERE id = $1 AND (is_public OR user_id = $2::text)", id, viewer).ValueAsync<int?>(cancellationToken) is null)
            return null;
        var replies = await database.Sql($"""
            SELECT {FeedbackItem.Columns} {FeedbackItem.From} WHERE i.parent_id = $2 AND (({FeedbackItem.Visible}) OR (i.user_id = $1 AND i.deleted_at IS NULL)) ORDER BY i.created_at, i.id LIMIT {MostReplies}
            """, viewer, id).RowsAsync(FeedbackItem.Read, cancellationToken);
        return await PublicAsync(viewer, replies, cancellationToken);
    }

    /// <summary>What somebody of this pseudonym has put on the board, newest first.</summary>
    public async Task<(string? Name, int Karma, IReadOnlyList<PublicItem> Items)> AuthorAsync(string hash, CancellationToken cancellationToken)
    {
        var items = await database.Sql($"""
            SELECT {FeedbackItem.Columns} {FeedbackItem.From} WHERE i.display_hash = $2 AND i.is_public AND i.parent_id IS NULL AND i.deleted_at IS NULL ORDER BY i.created_at DESC, i.id DESC LIMIT 200
            """, null, hash).RowsAsync(FeedbackItem.Read, cancellationToken);
        // Who has only replied is somebody, too.
        var known = items.FirstOrDefault() ?? await database.Sql($"SELECT {FeedbackItem.Columns} {FeedbackItem.From} WHERE i.display_hash = $2 AND {FeedbackItem.Visible} LIMIT 1", null, hash)
            .RowAsync(FeedbackItem.Read, cancellationToken);
        return (known?.DisplayName, known?.Karma ?? 0, await PublicAsync(null, items, cancellationToken));
    }

    /// <summary>What the person wrote, replies and private items included, newest first; without a limit all of it.</summary>
    public Task<List<FeedbackItem>> OfAuthorAsync(string userId, int? most, CancellationToken cancellationToken) => database.Sql($"""
        SELECT {FeedbackItem.Columns} {FeedbackItem.From} WHERE i.user_id = $1 AND i.deleted_at IS NULL ORDER BY i.created_at DESC, i.id DESC LIMIT $2::bigint
        """, userId, most).RowsAsync(FeedbackItem.Read, cancellationToken);

    public Task<long> CountOfAuthorAsync(string userId, CancellationToken cancellationToken) =>
        database.Sql("SELECT count(*) FROM feedback.items WHERE user_id = $1 AND deleted_at IS NULL", userId).ValueAsync<long>(cancellationToken);

    /// <summary>Public items of others that the person reacted to.</summary>
    public async Task<IReadOnlyList<PublicItem>> ReactedAsync(string userId, int limit, CancellationToken cancellationToken) => await PublicAsync(userId, await database.Sql($"""
        SELECT {FeedbackItem.Columns} {FeedbackItem.From}
        WHERE i.id IN (SELECT feedback_id FROM feedback.reactions WHERE user_id = $1) AND i.user_id <> $1 AND {FeedbackItem.Visible} ORDER BY i.updated_at DESC, i.id DESC LIMIT $2
        """, userId, limit).RowsAsync(FeedbackItem.Read, cancellationToken), cancellationToken);

    /// <summary>For administrators: everything that was not deleted, newest first.</summary>
    public Task<List<FeedbackItem>> AllAsync(FeedFilter filter, CancellationToken cancellationToken) => ListAsync(null, "i.deleted_at IS NULL", Newest, filter, cancellationToken);

    public Task<FeedbackItem?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        database.Sql($"SELECT {FeedbackItem.Columns} {FeedbackItem.From} WHERE i.id = $2 AND i.deleted_at IS NULL", null, id).RowAsync(FeedbackItem.Read, cancellationToken);

    /// <summary>Only the filters that are there are in the statement: a plan that is made once for "given or not" finds no index.</summary>
    Task<List<FeedbackItem>> ListAsync(string? viewer, string where, string order, FeedFilter filter, CancellationToken cancellationToken)
    {
        var values = new List<object?> { viewer, filter.Limit, filter.Offset };
        foreach (var (column, value) in (IReadOnlyList<(string, string?)>)[("app_id", filter.AppId), ("module_context", filter.ModuleContext), ("category", filter.Category), ("status", filter.Status)])
            if (value is not null)
            {
                values.Add(value);
                where += $" AND i.{column} = ${values.Count}";
            }

        return database.Sql($"SELECT {FeedbackItem.Columns} {FeedbackItem.From} WHERE {where} ORDER BY {order} LIMIT $2 OFFSET $3", [.. values]).RowsAsync(FeedbackItem.Read, cancellationToken);
    }

    /// <summary>The boundary: from here on nothing tells who wrote it, but what the author wants told to the signed-in.</summary>
    async Task<IReadOnlyList<PublicItem>> PublicAsync(string? viewer, IReadOnlyList<FeedbackItem> items, CancellationToken cancellationToken)
    {
        if (viewer is null)
            return [.. items.Select(PublicItem.Of)];
        var willing = items.Where(item => item.ShowRealName).Select(item => item.UserId).Distinct(StringComparer.Ordinal).ToList();
        var known = willing.Count == 0 ? null : await names.OfAsync(willing, cancellationToken);
        return [.. items.Select(item => PublicItem.Of(item) with { MyReactions = item.MyReactions, RealName = item.ShowRealName ? known?.GetValueOrDefault(item.UserId) : null })];
    }
}
