using Mana.Kernel.Outbox;

namespace Mana.Analytics.Data;

/// <summary>Everything of the schema that is written by hand; the first migration runs it behind the tables.</summary>
internal static class AnalyticsSchema
{
    /// <summary>In the order in which the feed is read (commerce.md 11.6); EF cannot name the direction of one column of several with a filter as well.</summary>
    const string Feed = """
        CREATE INDEX items_feed ON feedback.items (score DESC, created_at DESC, id DESC) WHERE is_public AND parent_id IS NULL AND deleted_at IS NULL;
        CREATE INDEX items_recent ON feedback.items (created_at DESC, id DESC) WHERE is_public AND parent_id IS NULL AND deleted_at IS NULL;
        CREATE INDEX items_feed_app ON feedback.items (app_id, score DESC, created_at DESC, id DESC) WHERE is_public AND parent_id IS NULL AND deleted_at IS NULL;
        CREATE INDEX items_feed_status ON feedback.items (status, score DESC, created_at DESC, id DESC) WHERE is_public AND parent_id IS NULL AND deleted_at IS NULL;
        CREATE INDEX items_feed_category ON feedback.items (category, score DESC, created_at DESC, id DESC) WHERE is_public AND parent_id IS NULL AND deleted_at IS NULL;
        CREATE INDEX items_feed_module ON feedback.items (module_context, score DESC, created_at DESC, id DESC) WHERE is_public AND parent_id IS NULL AND deleted_at IS NULL;
        """;

    public static readonly IReadOnlyList<string> Initial = [OutboxModel.TriggerSql(AnalyticsDbContext.Schema), Feed, FeedbackFunctions.Sql];
}
