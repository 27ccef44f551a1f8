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
/// Derives rules and firings from what a record is now (compute.md 8.5). It reads, writes under the record's lock, and reads once more: what changed in between is
/// done again. So it does not matter in which order, or how often, it hears of changes; and no connection is held while another is waited for.
/// </summary>
internal sealed class RuleRefresh(NpgsqlDataSource database, ISyncRecords records, SourceReader sources, Scheduler scheduler, RuleLimits limits, IErasedUsers erased, TimeProvider time)
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
        if (!carries && !await RuleStore.ExistAsync(database, key, cancellationToken))
            return;
        var facts = await sources.ReadAsync(key, cancellationToken);
        for (var seen = facts.Seen + 1; facts.Seen != seen; facts = await sources.ReadAsync(key, cancellationToken))
        {
            seen = facts.Seen;
            var maker = carries && facts.Wanted.Count > 0 ? await MakerAsync(key, facts.OnlyFor, authorId, cancellationToken) : null;
            await ApplyAsync(key, facts, carries, maker, cancellationToken);
        }
    }

    async Task ApplyAsync(SourceKey key, SourceFacts facts, bool carries, string? maker, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RuleStore.LockAsync(connection, key, cancellationToken);
        var rules = await RuleStore.OfSourceAsync(connection, key, cancellationToken);
        if (carries)
            rules = await CarriedAsync(connection, key, maker, facts, rules, cancellationToken);
        var people = await PreferenceStore.OfAsync(connection, rules.Select(rule => rule.UserId), cancellationToken);
        foreach (var rule in rules)
            await scheduler.ApplyAsync(connection, rule, rule.DeletedAt is null ? facts.For(rule.UserId) : SourceFacts.Gone, people(rule.UserId), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Whose a rule will be that nobody has made yet: in a space that of whoever asked for it, or whose private record it is; what is read again later does not say
    /// who the former was. Null: nobody's.
    /// </summary>
    async Task<string?> MakerAsync(SourceKey key, string? onlyFor, string? authorId, CancellationToken cancellationToken) =>
        (key.SpaceId is null ? key.UserId : onlyFor ?? authorId) is { Length: > 0 } userId && !await erased.IsErasedAsync(userId, cancellationToken) ? userId : null;

    /// <summary>Rules of reminders that the record itself lists: added, changed, deleted.</summary>
    async Task<List<ReminderRule>> CarriedAsync(
        NpgsqlConnection connection, SourceKey key, string? maker, SourceFacts facts, List<ReminderRule> rules, CancellationToken cancellationToken)
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
            var rule = await KeepAsync(connection, key, key, originKey, null, maker, reminder.MinutesBefore, reminder.Channels, facts.BlockId, null, cancellationToken);
            if (rule is not null && !rules.Exists(known => known.Id == rule.Id))
                rules.Add(rule);
        }

        return rules;
    }

    /// <summary>A synchronised reminder: the lock is that of the record it is about.</summary>
    async Task RefreshReminderAsync(SourceKey key, string? authorId, CancellationToken cancellationToken)
    {
        var wanted = await WantedAsync(key, cancellationToken);
        for (var seen = wanted.Seen + 1; wanted.Seen != seen; wanted = await WantedAsync(key, cancellationToken))
        {
            seen = wanted.Seen;
            await ApplyAsync(key, wanted, await MakerAsync(key, wanted.OnlyFor, authorId, cancellationToken), cancellationToken);
        }
    }

    async Task<WantedFiring> WantedAsync(SourceKey key, CancellationToken cancellationToken)
    {
        var record = await records.ReadAsync(key.Owner, key.AppId, key.Collection, key.Id, cancellationToken);
        var reading = new Reading();
        reading.Add(record);
        if (record is not { IsDeleted: false } || record.Fields.Text("taskId") is not { } taskId || record.Fields["minutesBefore"].Number() is not { } minutes)
            return new WantedFiring(null, SourceFacts.Gone, 0, [], null, reading.OnlyFor, reading.Seen);
        var task = key.Of("todo", "tasks", taskId);
        var facts = await sources.ReadAsync(task, cancellationToken);
        return new WantedFiring(
            task, facts, minutes, ReminderChannels.OfRecord(record.Fields), record.Fields.Text("status"), reading.OnlyFor, unchecked((reading.Seen * 1_000_003) + facts.Seen));
    }

    async Task ApplyAsync(SourceKey key, WantedFiring wanted, string? maker, CancellationToken cancellationToken)
    {
        var originKey = $"todo/reminders/{key.Id}";
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RuleStore.LockAsync(connection, key, cancellationToken);
        var known = await RuleStore.OfOriginAsync(connection, key, originKey, cancellationToken);
        if (wanted.Task is { } task)
        {
            await RuleStore.LockAsync(connection, task, cancellationToken);
            var wasShown = wanted.Status == "sent" && known?.ClientStatus != "sent";
            if (await KeepAsync(connection, key, task, originKey, key.Id, maker, wanted.Minutes, wanted.Channels, null, wanted.Status, cancellationToken) is { } rule)
            {
                var person = (await PreferenceStore.OfAsync(connection, [rule.UserId], cancellationToken))(rule.UserId);
                await scheduler.ApplyAsync(connection, rule, wanted.Facts.For(rule.UserId), person, cancellationToken);
                if (wasShown)
                    await ShownAsync(connection, rule.Id, cancellationToken);
            }
        }
        else if (known is { DeletedAt: null })
        {
            await DropAsync(connection, known, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
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

    /// <summary>The rule of an origin as it is now; one that is not there is made for <paramref name="maker"/>, unless that is nobody.</summary>
    async Task<ReminderRule?> KeepAsync(
        NpgsqlConnection connection, SourceKey key, SourceKey about, string originKey, string? recordId, string? maker, int minutes, string[] channels, string? blockId, string? status,
        CancellationToken cancellationToken)
    {
        if (await RuleStore.OfOriginAsync(connection, key, originKey, cancellationToken) is { } rule)
        {
            (rule.AppId, rule.Collection, rule.SourceId, rule.BlockId, rule.Anchor) = (about.AppId, about.Collection, about.Id, blockId, AnchorOf(about));
            (rule.MinutesBefore, rule.Channels, rule.ClientStatus, rule.UpdatedAt, rule.DeletedAt) = (minutes, channels, status, time.GetUtcNow(), null);
            await RuleStore.UpdateAsync(connection, rule, cancellationToken);
            return rule;
        }

        if (maker is null || await limits.RefusesAsync(connection, maker, about, cancellationToken))
            return null;
        rule = new ReminderRule
        {
            Id = Guid.TryParse(recordId, out var given) ? given : Derived(key, originKey),
            UserId = maker, SpaceId = key.SpaceId, AppId = about.AppId, Collection = about.Collection, SourceId = about.Id, BlockId = blockId, OriginKey = originKey,
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

    /// <summary>What a synchronised reminder asks for.</summary>
    /// <param name="Task">What it is about; null: it asks for nothing.</param>
    sealed record WantedFiring(SourceKey? Task, SourceFacts Facts, int Minutes, string[] Channels, string? Status, string? OnlyFor, long Seen);
}
