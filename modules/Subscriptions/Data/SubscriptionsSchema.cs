using Mana.Kernel.Outbox;
using Mana.Subscriptions.Plans;

namespace Mana.Subscriptions.Data;

/// <summary>Everything of the schema that is written by hand; the first migration runs it behind the tables.</summary>
internal static class SubscriptionsSchema
{
    public static readonly IReadOnlyList<string> Initial = [OutboxModel.TriggerSql(SubscriptionsDbContext.Schema), PlanSeed.Sql];
}
