using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Sources;
using Npgsql;

namespace Mana.Apps.Reminders.Rules;

/// <summary>A person's zone or time for all-day things changed: everything that is reckoned by it moves.</summary>
internal sealed class Rescheduling(NpgsqlDataSource database, RuleRefresh refresh)
{
    const string Sources = "SELECT DISTINCT space_id, app_id, collection, source_id FROM apps.reminder_rules WHERE user_id = $1 AND deleted_at IS NULL";

    public async Task OfPersonAsync(string userId, CancellationToken cancellationToken)
    {
        var sources = new List<SourceKey>();
        await using (var command = database.Command(Sources, userId))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
            while (await row.ReadAsync(cancellationToken))
                sources.Add(new SourceKey(userId, row.TextOrNull(0), row.GetString(1), row.GetString(2), row.GetString(3)));
        foreach (var source in sources)
            await refresh.RefreshSourceAsync(source, null, cancellationToken);
    }
}
