using Mana.Analytics.Items;
using Mana.Kernel.Database;
using Mana.Kernel.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Analytics.Titles;

/// <summary>
/// Gives titles to what came without (commerce.md 10.5): long after the submission was answered, three attempts each. A claim moves the row's next
/// attempt away before the model is asked, so nothing is locked meanwhile and a host that dies leaves it to another.
/// </summary>
internal sealed class TitleJob(NpgsqlDataSource database, IEnumerable<ITitleFinder> finders, FeedbackMetrics metrics, TimeProvider time, ILogger<TitleJob> log) : IManaJob
{
    const int MostAttempts = 3;
    const int MostPerRun = 50;

    const string Claim = """
        UPDATE feedback.items SET title_attempts = title_attempts + 1, title_due_at = CASE WHEN title_attempts + 1 < $2 THEN $1 + interval '5 minutes' * (title_attempts + 1) END
        WHERE id = (SELECT id FROM feedback.items WHERE title_due_at <= $1 ORDER BY title_due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, feedback_text
        """;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (finders.FirstOrDefault() is not { } finder)
            return;
        for (var done = 0; done < MostPerRun && !cancellationToken.IsCancellationRequested; done++)
        {
            var item = await database.Sql(Claim, time.GetUtcNow(), MostAttempts).RowAsync(row => new Untitled(row.GetGuid(0), row.GetString(1)), cancellationToken);
            if (item is null)
                return;
            if (!await TryAsync(finder, item, cancellationToken))
                // The gateway is not well; the others wait for the next run.
                return;
        }
    }

    async Task<bool> TryAsync(ITitleFinder finder, Untitled item, CancellationToken cancellationToken)
    {
        try
        {
            var title = TitleRules.Clean(await finder.FindAsync(Redaction.Clean(item.Text)!, cancellationToken), item.Text);
            await database.Sql("UPDATE feedback.items SET title = coalesce(title, $2::text), title_due_at = NULL WHERE id = $1 AND deleted_at IS NULL", item.Id, title).RunAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is not NpgsqlException && !cancellationToken.IsCancellationRequested)
        {
            metrics.TitleFailed();
            log.LogWarning("No title was found ({Kind}); it is tried again later", failure.GetType().Name);
            return false;
        }
    }

    sealed record Untitled(Guid Id, string Text);
}
