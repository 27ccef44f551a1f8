using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Firing;
using Mana.Apps.Reminders.Preferences;
using Mana.Apps.Reminders.Rules;
using Mana.Apps.Reminders.Sources;
using Mana.Apps.Wire;
using Mana.Auth.Contracts;
using Mana.Kernel.Ids;
using Mana.Kernel.Wire;
using Mana.Sync.Contracts;
using Npgsql;

namespace Mana.Apps.Reminders.Api;

/// <summary>What people do with reminders over HTTP. A record that is not theirs does not exist.</summary>
internal sealed class ReminderService(
    NpgsqlDataSource database, ISyncRecords records, ISpaceDirectory spaces, SourceReader sources, Scheduler scheduler, RuleLimits limits, RuleRefresh refresh, IIdSource ids, TimeProvider time)
{
    /// <summary>Limits are counted, so one after the other for each person; others wait here, with nothing in their hands, and not for long.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    const string Impatient = "SET LOCAL lock_timeout = '5s'";
    readonly PersonTurns _turns = new(1);

    const string Same = """
        SELECT id FROM apps.reminder_rules WHERE user_id = $1 AND app_id = $2 AND collection = $3 AND source_id = $4 AND space_id IS NOT DISTINCT FROM $5 AND deleted_at IS NULL
          AND (anchor, minutes_before, days_before, at_local_time, at_utc, channels) IS NOT DISTINCT FROM ($6, $7, $8, $9, $10, $11)
        """;

    public async Task<ReminderCreation> CreateAsync(string userId, NewReminder wanted, CancellationToken cancellationToken)
    {
        using var turn = await _turns.EnterAsync(userId, Patience, cancellationToken);
        if (turn is null)
            return new ReminderCreation.Busy();
        if (await FindAsync(userId, wanted.AppId, wanted.Collection, wanted.RecordId, cancellationToken) is not { } key)
            return new ReminderCreation.NotFound();
        var facts = await sources.ReadAsync(key, cancellationToken);
        if (facts.For(userId).Anchor is null && wanted.At is null)
            return new ReminderCreation.NoTime();
        try
        {
            var created = await StoreAsync(RuleOf(userId, key, wanted, facts), key, facts.For(userId), cancellationToken);
            // The record may have changed before anybody could see the rule.
            if (created is ReminderCreation.Created && (await sources.ReadAsync(key, cancellationToken)).Seen != facts.Seen)
                await refresh.RefreshSourceAsync(key, null, cancellationToken);
            return created;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return new ReminderCreation.Busy();
        }
    }

    /// <summary>Everything on one connection, so that whoever waits for a lock here waits for somebody who needs no other connection.</summary>
    async Task<ReminderCreation> StoreAsync(ReminderRule rule, SourceKey key, SourceFacts facts, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Impatient, [], cancellationToken);
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended($1, 8))", [rule.UserId], cancellationToken);
        await RuleStore.LockAsync(connection, key, cancellationToken);
        if (await SameAsync(connection, rule, cancellationToken) is { } known)
            return new ReminderCreation.Existing(known);
        if (await limits.RefusesAsync(connection, rule.UserId, key, cancellationToken))
            return new ReminderCreation.Limit();
        await RuleStore.InsertAsync(connection, rule, cancellationToken);
        var person = (await PreferenceStore.OfAsync(connection, [rule.UserId], cancellationToken))(rule.UserId);
        await scheduler.ApplyAsync(connection, rule, facts, person, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ReminderCreation.Created(rule.Id);
    }

    /// <summary>Null when the person has no such record.</summary>
    public async Task<SourceKey?> FindAsync(string userId, string appId, string collection, string id, CancellationToken cancellationToken)
    {
        if (!StorableText.IsText(appId) || !StorableText.IsText(collection) || !StorableText.IsText(id))
            return null;
        var own = new SourceKey(userId, null, appId, collection, id);
        if (await records.ReadAsync(own.Owner, appId, collection, id, cancellationToken) is { IsDeleted: false })
            return own;
        foreach (var space in await spaces.MembershipsOfAsync(userId, cancellationToken))
        {
            // Others than its author must not learn that a private record is there.
            var shared = own with { SpaceId = space.SpaceId };
            if (!space.IsPersonal && await records.ReadAsync(shared.Owner, appId, collection, id, cancellationToken) is { IsDeleted: false } record && (!record.IsPrivate || record.PrivateTo == userId))
                return shared;
        }

        return null;
    }

    public async Task<List<ReminderView>> OfRecordAsync(string userId, SourceKey key, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            $"{ReminderView.From} WHERE r.user_id = $1 AND r.app_id = $2 AND r.collection = $3 AND r.source_id = $4 AND r.deleted_at IS NULL {ReminderView.Order}",
            userId, key.AppId, key.Collection, key.Id);
        return await ReminderView.ReadAsync(command, cancellationToken);
    }

    public async Task<List<ReminderView>> AllAsync(string userId, int limit, Guid? after, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{ReminderView.From} WHERE r.user_id = $1 AND r.deleted_at IS NULL AND r.id > $3 ORDER BY r.id LIMIT $2", userId, limit, after ?? Guid.Empty);
        return await ReminderView.ReadAsync(command, cancellationToken);
    }

    public async Task<ReminderView?> OneAsync(string userId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{ReminderView.From} WHERE r.user_id = $1 AND r.id = $2 AND r.deleted_at IS NULL", userId, id);
        return (await ReminderView.ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>
    /// One that came by sync is deleted there first, else it would be back with the next change. Whoever is interrupted asks again, and finds the rule, or finds it
    /// deleted by the news from there.
    /// </summary>
    public async Task<ReminderDeletion> DeleteAsync(string userId, Guid id, CancellationToken cancellationToken)
    {
        if (await RuleAsync(userId, id, cancellationToken) is not { } rule)
            return ReminderDeletion.NotFound;
        var recordId = rule.OriginKey is { } origin && origin.StartsWith("todo/reminders/", StringComparison.Ordinal) ? origin["todo/reminders/".Length..] : null;
        if (rule.OriginKey is not null && recordId is null)
            return ReminderDeletion.Carried;
        if (recordId is not null)
            await records.AppendAsync(
                new AppendRequest(userId, "todo", [new RecordWrite(RecordOp.Delete, "reminders", recordId, At: time.GetUtcNow(), SpaceId: rule.SpaceId, EventId: ids.NewGuid())], "system:reminders"), cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RuleStore.LockAsync(connection, RuleStore.KeyOf(rule), cancellationToken);
        await RuleStore.DeleteAsync(connection, id, time.GetUtcNow(), cancellationToken);
        await scheduler.ApplyAsync(connection, rule, SourceFacts.Gone, PersonalSettings.Default, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ReminderDeletion.Deleted;
    }

    async Task<ReminderRule?> RuleAsync(string userId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"SELECT {RuleStore.Columns} FROM apps.reminder_rules r WHERE r.id = $1 AND r.user_id = $2 AND r.deleted_at IS NULL", id, userId);
        return (await RuleStore.ReadAllAsync(command, cancellationToken)).FirstOrDefault();
    }

    ReminderRule RuleOf(string userId, SourceKey key, NewReminder wanted, SourceFacts facts) => new()
    {
        Id = ids.NewGuid(),
        UserId = userId,
        SpaceId = key.SpaceId,
        AppId = key.AppId,
        Collection = key.Collection,
        SourceId = key.Id,
        BlockId = facts.BlockId,
        Anchor = wanted.At is not null ? RuleAnchor.Absolute : key.Collection is "events" or "timeBlocks" ? RuleAnchor.Start : RuleAnchor.Due,
        MinutesBefore = wanted.At is null ? wanted.MinutesBefore : null,
        DaysBefore = wanted.At is null ? wanted.DaysBefore : null,
        AtLocalTime = wanted.AtLocalTime,
        AtUtc = wanted.At,
        Channels = wanted.Channels,
        Tzid = wanted.Tzid,
        TitleHint = wanted.Title,
        TitleHintEnc = wanted.TitleEnc,
        BodyHint = wanted.Body,
        Url = wanted.Url,
        Critical = wanted.Critical,
        CreatedAt = time.GetUtcNow(),
        UpdatedAt = time.GetUtcNow(),
    };

    static async Task<Guid?> SameAsync(NpgsqlConnection connection, ReminderRule rule, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            Same, rule.UserId, rule.AppId, rule.Collection, rule.SourceId, ReminderSql.Text(rule.SpaceId), rule.Anchor, ReminderSql.Number(rule.MinutesBefore), ReminderSql.Number(rule.DaysBefore),
            ReminderSql.Time(rule.AtLocalTime), ReminderSql.Instant(rule.AtUtc), rule.Channels);
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }
}

/// <summary>What a person asks for.</summary>
/// <param name="At">An instant of its own, instead of an offset from the record's time.</param>
internal sealed record NewReminder(
    string AppId, string Collection, string RecordId, int? MinutesBefore, int? DaysBefore, TimeOnly? AtLocalTime, DateTimeOffset? At, string[] Channels, string? Tzid, string? Title, string? TitleEnc,
    string? Body, string? Url, bool Critical);

internal abstract record ReminderCreation
{
    public sealed record Created(Guid Id) : ReminderCreation;

    /// <summary>The same record, offset and channels: asked for twice.</summary>
    public sealed record Existing(Guid Id) : ReminderCreation;

    public sealed record NotFound : ReminderCreation;

    public sealed record NoTime : ReminderCreation;

    public sealed record Limit : ReminderCreation;

    /// <summary>The person has too much under way.</summary>
    public sealed record Busy : ReminderCreation;
}

internal enum ReminderDeletion
{
    Deleted,
    NotFound,

    /// <summary>The record lists it itself.</summary>
    Carried,
}
