using System.Security.Cryptography;
using System.Text;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Firing;
using Mana.Apps.Reminders.Preferences;
using Mana.Apps.Reminders.Sources;
using Mana.Auth.Contracts;
using Mana.Sync.Contracts;
using Npgsql;

namespace Mana.Apps.Reminders.Rules;

/// <summary>
/// Derives rules and firings from what a record is now (compute.md 8.5). It always reads the present state under the record's lock, so it does not matter
/// in which order, or how often, it hears of changes.
/// </summary>
internal sealed class RuleRefresh(
    NpgsqlDataSource database, ISyncRecords records, SourceReader sources, Scheduler scheduler, PreferenceStore preferences, RuleLimits limits, IErasedUsers erased, TimeProvider time)
{
    const string Shown = "UPDATE apps.reminder_instances SET push_suppressed = true WHERE rule_id = $1 AND state IN ('pending', 'snoozed')";

    const string ShownPushes = """
        UPDATE apps.reminder_deliveries d SET state = 'suppressed', last_error = 'shown', payload = NULL FROM apps.reminder_instances i
        WHERE i.rule_id = $1 AND i.state = 'claimed' AND d.instance_id = i.id AND d.channel = 'push' AND d.state = 'pending'
        """;

    /// <summary>A record of a table that reminders follow has changed, or may have.</summary>
    /// <param name="authorId">Who changed it: is told of records in a space, whose first author nobody knows; null: unknown.</param>
    public async Task RefreshAsync(SourceKey key, string? authorId, CancellationToken cancellationToken)
    {
        switch (key.AppId, key.Collection)
        {
            case ("todo", "reminders"):
                await RefreshReminderAsync(key, authorId, cancellationToken);
                break;
            case ("timeblocks", "timeBlocks"):
                await RefreshBlockAsync(key, cancellationToken);
                await RefreshSourceAsync(key, authorId, cancellationToken);
                break;
            default:
                await RefreshSourceAsync(key, authorId, cancellationToken);
                break;
        }
    }

    /// <summary>A record that has a time, and perhaps carries reminders.</summary>
    public async Task RefreshSourceAsync(SourceKey key, string? authorId, CancellationToken cancellationToken)
    {
        var carries = key is { AppId: "calendar", Collection: "events" } or { AppId: "plants", Collection: "wateringSchedules" };
        // Once more after a rule was made: see Relevance. Then none is made, because there it is.
        while (await RefreshOnceAsync(key, authorId, carries, cancellationToken))
        {
            // The record may have changed before anybody could see the rule.
        }
    }

    async Task<bool> RefreshOnceAsync(SourceKey key, string? authorId, bool carries, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RuleStore.LockAsync(connection, key, cancellationToken);
        var rules = await RuleStore.OfSourceAsync(connection, key, cancellationToken);
        if (rules.Count == 0 && !carries)
            return false;
        var before = rules.Count;
        var facts = await sources.ReadAsync(key, cancellationToken);
        if (carries)
            rules = await CarriedAsync(connection, key, authorId, facts, rules, cancellationToken);
        var people = await preferences.OfAsync([.. rules.Select(rule => rule.UserId)], cancellationToken);
        foreach (var rule in rules)
            await scheduler.ApplyAsync(connection, rule, rule.DeletedAt is null ? facts : SourceFacts.Gone, people(rule.UserId), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rules.Count > before;
    }

    /// <summary>Rules of reminders that the record itself lists: added, changed, deleted.</summary>
    async Task<List<ReminderRule>> CarriedAsync(
        NpgsqlConnection connection, SourceKey key, string? authorId, SourceFacts facts, List<ReminderRule> rules, CancellationToken cancellationToken)
    {
        var origin = $"{key.AppId}/{key.Collection}/{key.Id}/";
        var wanted = facts.Wanted.ToDictionary(reminder => origin + reminder.Name, StringComparer.Ordinal);
        foreach (var rule in rules.Where(rule => rule.OriginKey?.StartsWith(origin, StringComparison.Ordinal) == true && !wanted.ContainsKey(rule.OriginKey)))
        {
            rule.DeletedAt = time.GetUtcNow();
            await RuleStore.DeleteAsync(connection, rule.Id, rule.DeletedAt.Value, cancellationToken);
        }

        foreach (var (originKey, reminder) in wanted)
        {
            var rule = await KeepAsync(connection, key, key, originKey, null, authorId, reminder.MinutesBefore, reminder.Channels, facts.BlockId, null, cancellationToken);
            if (rule is not null && !rules.Exists(known => known.Id == rule.Id))
                rules.Add(rule);
        }

        return rules;
    }

    /// <summary>A synchronised reminder: the lock is that of the record it is about.</summary>
    async Task RefreshReminderAsync(SourceKey key, string? authorId, CancellationToken cancellationToken)
    {
        var originKey = $"todo/reminders/{key.Id}";
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RuleStore.LockAsync(connection, key, cancellationToken);
        var record = await records.ReadAsync(key.Owner, key.AppId, key.Collection, key.Id, cancellationToken);
        var known = await RuleStore.OfOriginAsync(connection, key, originKey, cancellationToken);
        var task = record is { IsDeleted: false } && record.Fields.Text("taskId") is { } taskId ? key.Of("todo", "tasks", taskId) : null;
        var minutes = task is null ? null : record!.Fields["minutesBefore"].Number();
        if (task is null || minutes is null)
        {
            if (known is { DeletedAt: null })
                await DropAsync(connection, known, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return;
        }

        await RuleStore.LockAsync(connection, task, cancellationToken);
        var status = record!.Fields.Text("status");
        var wasShown = status == "sent" && known?.ClientStatus != "sent";
        if (await KeepAsync(connection, key, task, originKey, key.Id, authorId, minutes.Value, ReminderChannels.OfRecord(record.Fields), null, status, cancellationToken) is { } rule)
        {
            await scheduler.ApplyAsync(connection, rule, await sources.ReadAsync(task, cancellationToken), await preferences.OfAsync(rule.UserId, cancellationToken), cancellationToken);
            if (wasShown)
                await ShownAsync(connection, rule.Id, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (known is null)
            await RefreshSourceAsync(task, null, cancellationToken);
    }

    /// <summary>What a browser has shown is not pushed; what is leased already cannot be stopped.</summary>
    static async Task ShownAsync(NpgsqlConnection connection, Guid ruleId, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Shown, [ruleId], cancellationToken);
        await connection.ExecuteAsync(ShownPushes, [ruleId], cancellationToken);
    }

    async Task DropAsync(NpgsqlConnection connection, ReminderRule rule, CancellationToken cancellationToken)
    {
        await RuleStore.DeleteAsync(connection, rule.Id, time.GetUtcNow(), cancellationToken);
        await scheduler.ApplyAsync(connection, rule, SourceFacts.Gone, PersonalSettings.Default, cancellationToken);
    }

    /// <summary>A time block, or a changed instance of one: everything that takes its time from it.</summary>
    async Task RefreshBlockAsync(SourceKey block, CancellationToken cancellationToken)
    {
        var record = await records.ReadAsync(block.Owner, block.AppId, block.Collection, block.Id, cancellationToken);
        var parent = record?.Fields.Text("parentBlockId");
        foreach (var source in await RuleStore.OfBlocksAsync(database, block, parent is null ? [block.Id] : [block.Id, parent], cancellationToken))
            await RefreshSourceAsync(source, null, cancellationToken);
        if (parent is not null)
            await RefreshSourceAsync(block with { Id = parent }, null, cancellationToken);
    }

    async Task<ReminderRule?> KeepAsync(
        NpgsqlConnection connection, SourceKey key, SourceKey about, string originKey, string? recordId, string? authorId, int minutes, string[] channels, string? blockId, string? status,
        CancellationToken cancellationToken)
    {
        if (await RuleStore.OfOriginAsync(connection, key, originKey, cancellationToken) is { } rule)
        {
            (rule.AppId, rule.Collection, rule.SourceId, rule.BlockId, rule.Anchor) = (about.AppId, about.Collection, about.Id, blockId, AnchorOf(about));
            (rule.MinutesBefore, rule.Channels, rule.ClientStatus, rule.UpdatedAt, rule.DeletedAt) = (minutes, channels, status, time.GetUtcNow(), null);
            await RuleStore.UpdateAsync(connection, rule, cancellationToken);
            return rule;
        }

        // In a space somebody is told who asked for it; what is read again later does not say who that was.
        if ((key.SpaceId is null ? key.UserId : authorId) is not { } userId || await limits.RefusesAsync(connection, userId, about, cancellationToken)
            || await erased.IsErasedAsync(userId, cancellationToken))
            return null;
        rule = new ReminderRule
        {
            Id = Guid.TryParse(recordId, out var given) ? given : Derived(key, originKey),
            UserId = userId, SpaceId = key.SpaceId, AppId = about.AppId, Collection = about.Collection, SourceId = about.Id, BlockId = blockId, OriginKey = originKey,
            Anchor = AnchorOf(about), MinutesBefore = minutes, Channels = channels, ClientStatus = status, CreatedAt = time.GetUtcNow(), UpdatedAt = time.GetUtcNow(),
        };
        if (await RuleStore.InsertAsync(connection, rule, cancellationToken))
            return rule;
        // Somebody else's record has that id: ids of records are unique per person only.
        rule.Id = Derived(key, originKey);
        return await RuleStore.InsertAsync(connection, rule, cancellationToken) ? rule : null;
    }

    static string AnchorOf(SourceKey about) => about.Collection is "events" or "timeBlocks" ? RuleAnchor.Start : RuleAnchor.Due;

    /// <summary>UUIDv8 (RFC 9562 5.8) of owner and origin: the same when everything is derived again.</summary>
    static Guid Derived(SourceKey key, string originKey)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Scope}|{originKey}")).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
