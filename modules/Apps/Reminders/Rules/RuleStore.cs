using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Sources;
using Npgsql;

namespace Mana.Apps.Reminders.Rules;

/// <summary>The SQL of rules. Everything that changes the rules of a record holds that record's lock, until commit.</summary>
internal static class RuleStore
{
    public const string Columns = """
        r.id, r.user_id, r.space_id, r.app_id, r.collection, r.source_id, r.block_id, r.origin_key, r.anchor, r.minutes_before, r.days_before, r.at_local_time, r.at_utc, r.channels, r.tzid,
        r.title_hint, r.title_hint_enc, r.body_hint, r.url, r.critical, r.client_status, r.created_at, r.updated_at, r.deleted_at
        """;

    public const int ColumnCount = 24;

    const string OfSource = $"""
        SELECT {Columns} FROM apps.reminder_rules r
        WHERE r.app_id = $1 AND r.collection = $2 AND r.source_id = $3 AND (r.space_id = $4 OR (r.space_id IS NULL AND $4 IS NULL AND r.user_id = $5)) AND r.deleted_at IS NULL ORDER BY r.id
        """;

    const string OfBlock = """
        SELECT DISTINCT app_id, collection, source_id FROM apps.reminder_rules
        WHERE block_id = ANY($1) AND (space_id = $2 OR (space_id IS NULL AND $2 IS NULL AND user_id = $3)) AND deleted_at IS NULL
        """;

    const string OfOrigin = $"""
        SELECT {Columns} FROM apps.reminder_rules r WHERE r.origin_key = $1 AND (r.space_id = $2 OR (r.space_id IS NULL AND $2 IS NULL AND r.user_id = $3))
        """;

    const string Insert = """
        INSERT INTO apps.reminder_rules (id, user_id, space_id, app_id, collection, source_id, block_id, origin_key, anchor, minutes_before, days_before, at_local_time, at_utc, channels, tzid,
          title_hint, title_hint_enc, body_hint, url, critical, client_status, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22) ON CONFLICT (id) DO NOTHING
        """;

    const string Update = """
        UPDATE apps.reminder_rules SET app_id = $2, collection = $3, source_id = $4, block_id = $5, anchor = $6, minutes_before = $7, channels = $8, client_status = $9, updated_at = $10, deleted_at = NULL
        WHERE id = $1 AND (app_id, collection, source_id, block_id, anchor, minutes_before, channels, client_status) IS DISTINCT FROM ($2, $3, $4, $5, $6, $7, $8, $9)
          OR id = $1 AND deleted_at IS NOT NULL
        """;

    const string Exist = """
        SELECT EXISTS (SELECT FROM apps.reminder_rules r
          WHERE r.app_id = $1 AND r.collection = $2 AND r.source_id = $3 AND (r.space_id = $4 OR (r.space_id IS NULL AND $4 IS NULL AND r.user_id = $5)) AND r.deleted_at IS NULL)
        """;

    /// <summary>Whether anybody wants to be told of a record; asked without a lock.</summary>
    public static async Task<bool> ExistAsync(NpgsqlDataSource database, SourceKey key, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Exist, key.AppId, key.Collection, key.Id, ReminderSql.Text(key.SpaceId), key.UserId);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>
    /// Serialises everything about one record. Whoever holds it needs nothing else that others may hold: what they go by was read before, and is read once more
    /// after the commit, so that the last to write has read last.
    /// </summary>
    public static Task LockAsync(NpgsqlConnection connection, SourceKey key, CancellationToken cancellationToken) => connection.ExecuteAsync(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))", [$"{key.Scope}/{key.AppId}/{key.Collection}/{key.Id}"], cancellationToken);

    public static async Task<List<ReminderRule>> OfSourceAsync(NpgsqlConnection connection, SourceKey key, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(OfSource, key.AppId, key.Collection, key.Id, ReminderSql.Text(key.SpaceId), key.UserId);
        return await ReadAllAsync(command, cancellationToken);
    }

    /// <summary>Records whose time lies in one of these time blocks.</summary>
    public static async Task<List<SourceKey>> OfBlocksAsync(NpgsqlDataSource database, SourceKey block, string[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.Command(OfBlock, ids, ReminderSql.Text(block.SpaceId), block.UserId);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var sources = new List<SourceKey>();
        while (await rows.ReadAsync(cancellationToken))
            sources.Add(block.Of(rows.GetString(0), rows.GetString(1), rows.GetString(2)));
        return sources;
    }

    /// <summary>Deleted ones too.</summary>
    public static async Task<ReminderRule?> OfOriginAsync(NpgsqlConnection connection, SourceKey key, string originKey, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(OfOrigin, originKey, ReminderSql.Text(key.SpaceId), key.UserId);
        return (await ReadAllAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>False when the id is taken.</summary>
    public static async Task<bool> InsertAsync(NpgsqlConnection connection, ReminderRule rule, CancellationToken cancellationToken) => await connection.ExecuteAsync(Insert,
    [
        rule.Id, rule.UserId, ReminderSql.Text(rule.SpaceId), rule.AppId, rule.Collection, rule.SourceId, ReminderSql.Text(rule.BlockId), ReminderSql.Text(rule.OriginKey), rule.Anchor,
        ReminderSql.Number(rule.MinutesBefore), ReminderSql.Number(rule.DaysBefore), ReminderSql.Time(rule.AtLocalTime), ReminderSql.Instant(rule.AtUtc), rule.Channels, ReminderSql.Text(rule.Tzid),
        ReminderSql.Text(rule.TitleHint), ReminderSql.Text(rule.TitleHintEnc), ReminderSql.Text(rule.BodyHint), ReminderSql.Text(rule.Url), rule.Critical, ReminderSql.Text(rule.ClientStatus), rule.CreatedAt,
    ], cancellationToken) == 1;

    /// <summary>What a record can change of a rule that came from it; writes only when something did.</summary>
    public static Task UpdateAsync(NpgsqlConnection connection, ReminderRule rule, CancellationToken cancellationToken) => connection.ExecuteAsync(Update,
    [
        rule.Id, rule.AppId, rule.Collection, rule.SourceId, ReminderSql.Text(rule.BlockId), rule.Anchor, ReminderSql.Number(rule.MinutesBefore), rule.Channels, ReminderSql.Text(rule.ClientStatus), rule.UpdatedAt,
    ], cancellationToken);

    public static Task DeleteAsync(NpgsqlConnection connection, Guid id, DateTimeOffset now, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("UPDATE apps.reminder_rules SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL", [id, now], cancellationToken);

    public static async Task<List<ReminderRule>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var rules = new List<ReminderRule>();
        while (await rows.ReadAsync(cancellationToken))
            rules.Add(Read(rows));
        return rules;
    }

    public static ReminderRule Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        UserId = row.GetString(1),
        SpaceId = row.TextOrNull(2),
        AppId = row.GetString(3),
        Collection = row.GetString(4),
        SourceId = row.GetString(5),
        BlockId = row.TextOrNull(6),
        OriginKey = row.TextOrNull(7),
        Anchor = row.GetString(8),
        MinutesBefore = row.OrNull<int>(9),
        DaysBefore = row.OrNull<int>(10),
        AtLocalTime = row.OrNull<TimeOnly>(11),
        AtUtc = row.OrNull<DateTimeOffset>(12),
        Channels = row.GetFieldValue<string[]>(13),
        Tzid = row.TextOrNull(14),
        TitleHint = row.TextOrNull(15),
        TitleHintEnc = row.TextOrNull(16),
        BodyHint = row.TextOrNull(17),
        Url = row.TextOrNull(18),
        Critical = row.GetBoolean(19),
        ClientStatus = row.TextOrNull(20),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(21),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(22),
        DeletedAt = row.OrNull<DateTimeOffset>(23),
    };

    public static SourceKey KeyOf(ReminderRule rule) => new(rule.UserId, rule.SpaceId, rule.AppId, rule.Collection, rule.SourceId);
}
