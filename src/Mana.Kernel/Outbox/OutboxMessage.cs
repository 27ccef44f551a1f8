using Microsoft.EntityFrameworkCore;

namespace Mana.Kernel.Outbox;

/// <summary>An event that waits in its module's schema until every handler has taken it (design section 6). The row goes when it is done.</summary>
public sealed class OutboxMessage
{
    /// <summary>Event id: what handlers recognise a second delivery by.</summary>
    public required Guid Id { get; init; }

    /// <summary>Stable event name, e.g. <c>auth.user_registered</c>.</summary>
    public required string Type { get; init; }

    public required string Payload { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Names of the handlers that have taken it already.</summary>
    public List<string> Handled { get; init; } = [];

    public int Attempts { get; init; }

    public DateTimeOffset NextAttemptAt { get; init; }

    /// <summary>Set when the last attempt failed for good: the event waits for an operator.</summary>
    public DateTimeOffset? ParkedAt { get; init; }

    /// <summary>Kind of the last failure; never its text, which could hold personal data.</summary>
    public string? LastError { get; init; }
}

public static class OutboxModel
{
    /// <summary>Maps table <c>outbox</c> in the module's schema. Add <see cref="TriggerSql"/> in the same migration.</summary>
    public static ModelBuilder AddOutbox(this ModelBuilder modelBuilder) => modelBuilder.Entity<OutboxMessage>(outbox =>
    {
        outbox.ToTable("outbox");
        outbox.HasKey(message => message.Id);
        outbox.Property(message => message.Id).HasColumnName("id").ValueGeneratedNever();
        outbox.Property(message => message.Type).HasColumnName("type");
        outbox.Property(message => message.Payload).HasColumnName("payload").HasColumnType("jsonb");
        outbox.Property(message => message.OccurredAt).HasColumnName("occurred_at");
        outbox.Property(message => message.Handled).HasColumnName("handled").HasDefaultValueSql("'{}'");
        outbox.Property(message => message.Attempts).HasColumnName("attempts").HasDefaultValue(0);
        outbox.Property(message => message.NextAttemptAt).HasColumnName("next_attempt_at");
        outbox.Property(message => message.ParkedAt).HasColumnName("parked_at");
        outbox.Property(message => message.LastError).HasColumnName("last_error");
        outbox.HasIndex(message => message.NextAttemptAt).HasFilter("parked_at IS NULL").HasDatabaseName("outbox_due");
    });

    /// <summary>Wakes the dispatchers of all hosts when a transaction that wrote events commits.</summary>
    public static string TriggerSql(string schema) => $"""
        CREATE FUNCTION {schema}.outbox_wake() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_notify('{OutboxDispatcher.Channel}', '{schema}'); RETURN NULL; END $$;
        CREATE TRIGGER outbox_wake AFTER INSERT ON {schema}.outbox FOR EACH STATEMENT EXECUTE FUNCTION {schema}.outbox_wake();
        """;
}
