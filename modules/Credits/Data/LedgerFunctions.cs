namespace Mana.Credits.Data;

/// <summary>
/// <c>credits.book</c>, which <c>credits.post</c> lets the host call: the only thing that writes postings (commerce.md 16). One call is one round trip and one business event of one person. It
/// moves the person's <c>available</c> and <c>reserved</c> accounts and one account on the other side, whose amount follows from the two. The
/// guarded UPDATE of the <c>available</c> row decides about sufficiency and is the lock of the person: it orders keys, sequence numbers, the hash
/// chain and the counters. System accounts are sharded by person, so that this lock is the only one: nobody waits for anybody else.
/// </summary>
internal static class LedgerFunctions
{
    public const string Sql = """
        CREATE TYPE credits.posted AS (outcome text, entry uuid, wallet bigint, line bigint, balance bigint, held bigint, earned bigint, spent bigint, version bigint, note text);

        -- Everything that a posting says, chained to the one before it.
        CREATE FUNCTION credits.link(before bytea, account bigint, seq bigint, amount bigint, balance bigint, entry uuid, at timestamptz, kind text)
        RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
          SELECT sha256(before || int8send(account) || int8send(seq) || int8send(amount) || int8send(balance) || uuid_send(entry) || timestamptz_send(at) || decode(kind, 'escape'))
        $$;

        CREATE FUNCTION credits.open_wallet(p_user text, p_at timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
          INSERT INTO credits.accounts (owner_type, owner_id, kind, floor, created_at, updated_at)
          VALUES ('user', p_user, 'available', 0, p_at, p_at), ('user', p_user, 'reserved', 0, p_at, p_at) ON CONFLICT DO NOTHING
        $$;

        CREATE FUNCTION credits.answer(p_outcome text, p_entry uuid, w credits.accounts) RETURNS credits.posted LANGUAGE sql IMMUTABLE AS $$
          SELECT p_outcome, p_entry, w.id, w.lines, w.balance, w.held, w.total_earned, w.total_spent, w.last_seq, NULL::text
        $$;

        -- Not for the role of the host: post, reserve, settle and grant_reward call it, with the search path that they have set.
        CREATE FUNCTION credits.book(
          p_entry uuid, p_kind text, p_user text, p_available bigint, p_reserved bigint, p_counter text, p_counter_owner text, p_type text, p_app text,
          p_description text, p_metadata jsonb, p_at timestamptz, p_by text, p_business_key text, p_operation text, p_key text, p_request bytea, p_refund_of uuid)
        RETURNS credits.posted LANGUAGE plpgsql AS $$
        DECLARE
          total CONSTANT bigint := p_available + p_reserved;
          spends CONSTANT boolean := p_kind IN ('use', 'commit', 'gift_create', 'sync', 'pool_fund');
          w credits.accounts;
          h credits.accounts;
          c credits.accounts;
          side text;
          known record;
        BEGIN
          IF p_key IS NOT NULL OR p_business_key IS NOT NULL OR p_refund_of IS NOT NULL THEN
            SELECT * INTO w FROM credits.accounts a WHERE a.owner_id = p_user AND a.kind = 'available' AND a.owner_type = 'user' FOR NO KEY UPDATE;
            IF p_key IS NOT NULL THEN
              SELECT i.result, i.request INTO known FROM credits.idempotency i WHERE i.wallet = w.id AND i.operation = p_operation AND i.key = p_key;
              IF FOUND THEN
                RETURN credits.answer(CASE WHEN known.request = p_request THEN 'replayed' ELSE 'mismatch' END, known.result, w);
              END IF;
            END IF;
            IF p_business_key IS NOT NULL THEN
              -- What was booked for somebody who was erased since stays booked.
              SELECT e.id, e.kind, e.amount, coalesce(e.wallet = w.id, false) OR a.owner_id LIKE 'erased-%' AS theirs INTO known
              FROM credits.entries e JOIN credits.accounts a ON a.id = e.wallet WHERE e.business_key = p_business_key;
              IF FOUND THEN
                RETURN credits.answer(CASE WHEN known.theirs AND (known.kind, known.amount) = (p_kind, total) THEN 'replayed' ELSE 'mismatch' END, known.id, w);
              END IF;
            END IF;
            IF p_refund_of IS NOT NULL THEN
              SELECT -e.amount AS taken, (SELECT coalesce(sum(r.amount), 0) FROM credits.entries r WHERE r.refund_of = e.id) AS refunded INTO known
              FROM credits.entries e WHERE e.id = p_refund_of AND e.wallet = w.id AND e.kind IN ('use', 'commit');
              IF NOT FOUND THEN
                RETURN credits.answer('unknown_original', NULL, w);
              ELSIF known.refunded + total > known.taken THEN
                RETURN credits.answer('exceeds_original', NULL, w);
              END IF;
            END IF;
          END IF;

          UPDATE credits.accounts a SET
            balance = a.balance + p_available,
            held = a.held + p_reserved,
            total_earned = a.total_earned + CASE WHEN spends THEN 0 ELSE total END,
            total_spent = a.total_spent - CASE WHEN spends THEN total ELSE 0 END,
            -- Only a clawback lowers the floor; what comes in raises it again.
            floor = least(0, CASE WHEN p_kind = 'clawback' THEN a.balance + p_available ELSE greatest(a.floor, least(0, a.balance + p_available)) END),
            lines = a.lines + 1,
            last_seq = a.last_seq + CASE WHEN p_available = 0 THEN 0 ELSE 1 END,
            head = CASE WHEN p_available = 0 THEN a.head ELSE credits.link(a.head, a.id, a.last_seq + 1, p_available, a.balance + p_available, p_entry, p_at, p_kind) END,
            updated_at = p_at
          WHERE a.owner_id = p_user AND a.kind = 'available' AND a.owner_type = 'user'
            AND (p_available >= 0 OR p_kind = 'clawback' OR (a.balance + p_available >= 0 AND (a.frozen_at IS NULL OR p_kind = 'adjustment')))
          RETURNING * INTO w;
          IF NOT FOUND THEN
            SELECT * INTO w FROM credits.accounts a WHERE a.owner_id = p_user AND a.kind = 'available' AND a.owner_type = 'user';
            IF NOT FOUND AND (p_available >= 0 OR p_kind = 'clawback') THEN
              -- Only who knows that this person exists opens an account, and asks again.
              RETURN credits.answer('unopened', NULL, w);
            END IF;
            RETURN credits.answer(CASE WHEN w.frozen_at IS NULL OR p_kind = 'adjustment' THEN 'insufficient' ELSE 'frozen' END, NULL, w);
          END IF;

          IF p_reserved <> 0 THEN
            UPDATE credits.accounts a SET balance = a.balance + p_reserved, last_seq = a.last_seq + 1, updated_at = p_at,
              head = credits.link(a.head, a.id, a.last_seq + 1, p_reserved, a.balance + p_reserved, p_entry, p_at, p_kind)
            WHERE a.owner_id = p_user AND a.kind = 'reserved' AND a.owner_type = 'user' RETURNING * INTO h;
          END IF;
          IF total <> 0 THEN
            side := CASE p_counter WHEN 'gift_escrow' THEN 'gift' WHEN 'guild_pool' THEN 'pool' ELSE 'system' END;
            LOOP
              UPDATE credits.accounts a SET balance = a.balance - total, last_seq = a.last_seq + 1, updated_at = p_at,
                head = credits.link(a.head, a.id, a.last_seq + 1, -total, a.balance - total, p_entry, p_at, p_kind)
              WHERE a.owner_id = coalesce(p_counter_owner, w.id::text) AND a.kind = p_counter AND a.owner_type = side RETURNING * INTO c;
              EXIT WHEN FOUND;
              INSERT INTO credits.accounts (owner_type, owner_id, kind, floor, created_at, updated_at)
              VALUES (side, coalesce(p_counter_owner, w.id::text), p_counter, CASE WHEN side = 'system' THEN NULL ELSE 0 END, p_at, p_at) ON CONFLICT DO NOTHING;
            END LOOP;
          END IF;

          INSERT INTO credits.entries (id, kind, wallet, line, type, amount, total_after, app_id, description, metadata, idempotency_key, business_key, refund_of, occurred_at, created_by)
          VALUES (p_entry, p_kind, w.id, w.lines, p_type, total, w.balance + w.held, p_app, p_description, p_metadata, p_key, p_business_key, p_refund_of, p_at, p_by);
          INSERT INTO credits.postings (entry_id, account_id, amount, seq, balance_after, hash)
          SELECT p_entry, v.account, v.amount, v.seq, v.balance, v.head
          FROM (VALUES (w.id, p_available, w.last_seq, w.balance, w.head), (h.id, p_reserved, h.last_seq, h.balance, h.head), (c.id, -total, c.last_seq, c.balance, c.head))
            AS v (account, amount, seq, balance, head) WHERE v.amount <> 0;
          IF p_key IS NOT NULL THEN
            INSERT INTO credits.idempotency (wallet, operation, key, request, result, created_at) VALUES (w.id, p_operation, p_key, p_request, p_entry, p_at);
          END IF;
          IF p_kind IN ('use', 'commit', 'sync') THEN
            INSERT INTO credits.usage_stats AS u (wallet, app_id, day, amount, uses) VALUES (w.id, p_app, (p_at AT TIME ZONE 'UTC')::date, -total, 1)
            ON CONFLICT (wallet, day, app_id) DO UPDATE SET amount = u.amount + excluded.amount, uses = u.uses + 1;
          ELSIF total > 0 AND EXISTS (SELECT FROM credits.sync_subscriptions s WHERE s.user_id = p_user AND s.paused_at IS NOT NULL AND s.auto_resume) THEN
            -- Sync that was paused for want of credits may go on; tried after the commit.
            INSERT INTO credits.outbox (id, type, payload, occurred_at, next_attempt_at)
            VALUES (gen_random_uuid(), 'credits.paused_sync_funded', jsonb_build_object('userId', p_user), p_at, p_at);
          END IF;
          RETURN credits.answer('posted', p_entry, w);
        END $$;

        -- What the host may book. Holds and rewards have functions of their own; what comes from outside or is done by hand names its one cause.
        CREATE FUNCTION credits.post(
          p_entry uuid, p_kind text, p_user text, p_available bigint, p_reserved bigint, p_counter text, p_counter_owner text, p_type text, p_app text,
          p_description text, p_metadata jsonb, p_at timestamptz, p_by text, p_business_key text, p_operation text, p_key text, p_request bytea, p_refund_of uuid)
        RETURNS credits.posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          IF p_reserved <> 0 OR p_kind IN ('reserve', 'commit', 'release', 'expire', 'grant') THEN
            RAISE EXCEPTION 'only reserve, settle and grant_reward book this' USING ERRCODE = 'MC003';
          ELSIF p_business_key IS NULL AND p_kind NOT IN ('use', 'refund', 'forfeiture') THEN
            RAISE EXCEPTION 'this kind of entry needs a business key' USING ERRCODE = 'MC003';
          END IF;
          RETURN credits.book(p_entry, p_kind, p_user, p_available, p_reserved, p_counter, p_counter_owner, p_type, p_app, p_description, p_metadata, p_at, p_by,
            p_business_key, p_operation, p_key, p_request, p_refund_of);
        END $$;

        REVOKE EXECUTE ON FUNCTION credits.open_wallet, credits.book, credits.post FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION credits.open_wallet, credits.post TO mana_app;
        """;
}
