using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Sources;
using Mana.Sync.Contracts;
using Npgsql;

namespace Mana.Apps.Reminders.Rules;

/// <summary>
/// Takes over what was synchronised before this module was there, or by an import, which nobody announces: once, resumable, on one host at a time. Running
/// it again changes nothing.
/// </summary>
internal sealed class FirstRead(NpgsqlDataSource database, ISyncRecords records, RuleRefresh refresh)
{
    const int BookmarkEvery = 100;
    const string Bookmark = "SELECT bookmark, done FROM apps.reminder_feeds WHERE \"table\" = $1";

    const string Note = """
        INSERT INTO apps.reminder_feeds ("table", bookmark, done) VALUES ($1, $2, $3) ON CONFLICT ("table") DO UPDATE SET bookmark = excluded.bookmark, done = excluded.done
        """;

    /// <summary>Tables whose records make rules; the others are read when a rule asks for them.</summary>
    static readonly (string App, string Table)[] Making = [("todo", "reminders"), ("calendar", "events"), ("plants", "wateringSchedules")];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var alone = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await alone.BeginTransactionAsync(cancellationToken);
        await using (var take = alone.Command("SELECT pg_try_advisory_xact_lock(hashtextextended('reminders.first-read', 7))"))
            if (await take.ExecuteScalarAsync(cancellationToken) is not true)
                return;
        foreach (var (app, table) in Making)
            await ReadAsync(app, table, cancellationToken);
    }

    /// <summary>Everything once more, from the beginning: for an operator who has imported records, and for the proof that it changes nothing.</summary>
    public async Task ReplayAsync(CancellationToken cancellationToken)
    {
        await using (var command = database.CreateCommand("DELETE FROM apps.reminder_feeds"))
            await command.ExecuteNonQueryAsync(cancellationToken);
        await RunAsync(cancellationToken);
    }

    async Task ReadAsync(string app, string table, CancellationToken cancellationToken)
    {
        var (bookmark, done) = await NotedAsync($"{app}/{table}", cancellationToken);
        if (done)
            return;
        var count = 0;
        await foreach (var found in records.QueryAllAsync(app, table, bookmark, cancellationToken))
        {
            await refresh.RefreshAsync(new SourceKey(found.Owner.UserId ?? "", found.Owner.SpaceId, app, table, found.Record.Id), null, cancellationToken);
            if (++count % BookmarkEvery == 0)
                await NoteAsync($"{app}/{table}", found.Bookmark, false, cancellationToken);
        }

        await NoteAsync($"{app}/{table}", null, true, cancellationToken);
    }

    async Task<(string? Bookmark, bool Done)> NotedAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Bookmark, table);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.TextOrNull(0), row.GetBoolean(1)) : (null, false);
    }

    async Task NoteAsync(string table, string? bookmark, bool done, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Note, table, ReminderSql.Text(bookmark), done);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
