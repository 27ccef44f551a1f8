using Mana.Kernel.Database;
using Mana.Kernel.Figures;
using Npgsql;

namespace Mana.Analytics.Metrics;

/// <summary>What happened on the board.</summary>
internal sealed class FeedbackFigures(NpgsqlDataSource database) : IDailyFigures
{
    public async Task<IReadOnlyList<DailyFigure>> OfDayAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var (from, until) = DailyFigure.Bounds(day);
        return await database.Sql("""
            SELECT 'feedback_submissions', count(*) FROM feedback.items WHERE created_at >= $1 AND created_at < $2
            UNION ALL SELECT 'feedback_reactions', count(*) FROM feedback.reactions WHERE created_at >= $1 AND created_at < $2
            """, from, until).RowsAsync(row => new DailyFigure(row.GetString(0), "", row.GetInt64(1)), cancellationToken);
    }
}
