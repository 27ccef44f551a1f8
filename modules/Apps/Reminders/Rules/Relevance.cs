using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Sources;
using Npgsql;

namespace Mana.Apps.Reminders.Rules;

/// <summary>
/// Which changes can concern a reminder at all: one question for a whole push, because most records have none. Asked without locks; whoever makes a rule looks at
/// the record once more after the commit, so a change that was passed over here is seen there.
/// </summary>
internal sealed class Relevance(NpgsqlDataSource database)
{
    const string OfIds = "SELECT DISTINCT source_id FROM apps.reminder_rules WHERE app_id = $1 AND collection = $2 AND source_id = ANY($3) AND deleted_at IS NULL";

    /// <summary>Blocks are known by their own id and by that of their parent, which is in the record: the person's having any is question enough.</summary>
    const string OfBlocks = """
        SELECT EXISTS (SELECT FROM apps.reminder_rules WHERE user_id = $1 AND space_id IS NULL AND deleted_at IS NULL AND app_id IN ('calendar', 'timeblocks'))
            OR EXISTS (SELECT FROM apps.reminder_rules WHERE block_id IS NOT NULL AND space_id = $2 AND deleted_at IS NULL)
        """;

    public async Task<IReadOnlyList<string>> OfAsync(SourceKey table, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        switch (table.AppId, table.Collection)
        {
            case ("todo", "tasks"):
                await using (var command = database.Command(OfIds, table.AppId, table.Collection, ids.ToArray()))
                await using (var row = await command.ExecuteReaderAsync(cancellationToken))
                {
                    var found = new List<string>();
                    while (await row.ReadAsync(cancellationToken))
                        found.Add(row.GetString(0));
                    return found;
                }

            case ("timeblocks", "timeBlocks"):
                await using (var command = database.Command(OfBlocks, table.UserId, ReminderSql.Text(table.SpaceId)))
                    return await command.ExecuteScalarAsync(cancellationToken) is true ? ids : [];

            default:
                return ids;
        }
    }
}
