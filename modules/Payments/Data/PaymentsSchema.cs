using Mana.Kernel.Outbox;

namespace Mana.Payments.Data;

/// <summary>What of the schema is written by hand; the first migration runs it behind the tables.</summary>
internal static class PaymentsSchema
{
    public const string Channel = "mana_stripe";

    /// <summary>Wakes the dispatchers of all hosts when an event is there.</summary>
    const string Wake = $"""
        CREATE FUNCTION payments.events_wake() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_notify('{Channel}', ''); RETURN NULL; END $$;
        CREATE TRIGGER events_wake AFTER INSERT OR UPDATE OF next_attempt_at ON payments.events FOR EACH STATEMENT EXECUTE FUNCTION payments.events_wake();
        """;

    public static readonly IReadOnlyList<string> Initial = [OutboxModel.TriggerSql(PaymentsDbContext.Schema), Wake];
}
