namespace Mana.Credits.Data;

/// <summary>
/// What holds whoever writes (commerce.md 16.2): the postings of an entry add up to zero in the very statement that inserts them, and nothing of
/// the ledger changes or goes, not even for its owner. The role of the host may only call the functions.
/// </summary>
internal static class LedgerGuards
{
    public const string Sql = """
        CREATE FUNCTION credits.postings_balanced() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          IF EXISTS (SELECT FROM fresh GROUP BY entry_id HAVING sum(amount) <> 0) THEN
            RAISE EXCEPTION 'the postings of an entry do not add up to zero' USING ERRCODE = 'check_violation', CONSTRAINT = 'postings_balanced';
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER postings_balanced AFTER INSERT ON credits.postings REFERENCING NEW TABLE AS fresh
          FOR EACH STATEMENT EXECUTE FUNCTION credits.postings_balanced();

        CREATE FUNCTION credits.immutable() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE TRIGGER postings_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON credits.postings FOR EACH STATEMENT EXECUTE FUNCTION credits.immutable();
        CREATE TRIGGER entries_stay BEFORE DELETE OR TRUNCATE ON credits.entries FOR EACH STATEMENT EXECUTE FUNCTION credits.immutable();
        CREATE TRIGGER accounts_stay BEFORE DELETE OR TRUNCATE ON credits.accounts FOR EACH STATEMENT EXECUTE FUNCTION credits.immutable();

        -- Free texts may hold personal data, so an erasure may blank them; nothing else of an entry ever changes.
        CREATE FUNCTION credits.entries_immutable() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          IF (OLD.id, OLD.kind, OLD.wallet, OLD.line, OLD.type, OLD.amount, OLD.total_after, OLD.app_id, OLD.business_key, OLD.refund_of, OLD.occurred_at)
              IS DISTINCT FROM (NEW.id, NEW.kind, NEW.wallet, NEW.line, NEW.type, NEW.amount, NEW.total_after, NEW.app_id, NEW.business_key, NEW.refund_of, NEW.occurred_at)
            OR NEW.description NOT IN (OLD.description, '') OR NEW.created_by NOT IN (OLD.created_by, 'erased')
            OR (NEW.metadata IS NOT NULL AND NEW.metadata IS DISTINCT FROM OLD.metadata)
            OR (NEW.idempotency_key IS NOT NULL AND NEW.idempotency_key IS DISTINCT FROM OLD.idempotency_key) THEN
            RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER entries_immutable BEFORE UPDATE ON credits.entries FOR EACH ROW EXECUTE FUNCTION credits.entries_immutable();

        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON credits.accounts, credits.entries, credits.postings, credits.reservations, credits.usage_stats FROM mana_app;
        -- Old keys are removed by a job; everything else about them is the function's.
        REVOKE INSERT, UPDATE, TRUNCATE ON credits.idempotency FROM mana_app;

        -- A page of a hot account is full of dead versions of its row long before a fifth of the table is.
        ALTER TABLE credits.accounts SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
        ALTER TABLE credits.usage_stats SET (autovacuum_vacuum_scale_factor = 0.05);
        """;
}
