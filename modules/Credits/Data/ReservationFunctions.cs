namespace Mana.Credits.Data;

/// <summary>Two-phase debits (commerce.md 4.3), one round trip each. A reservation is locked before the account of its person.</summary>
internal static class ReservationFunctions
{
    public const string Sql = """
        CREATE FUNCTION credits.reserve(
          p_reservation uuid, p_entry uuid, p_user text, p_amount bigint, p_reason text, p_app text, p_at timestamptz, p_expires timestamptz, p_by text, p_key text, p_request bytea)
        RETURNS credits.posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
          r credits.posted;
        BEGIN
          r := credits.book(p_entry, 'reserve', p_user, -p_amount, p_amount, NULL, NULL, NULL, p_app, p_reason, jsonb_build_object('reservationId', p_reservation), p_at, p_by,
            NULL, 'reserve', p_key, p_request, NULL);
          IF r.outcome = 'posted' THEN
            INSERT INTO credits.reservations (id, wallet, amount, reason, status, created_at, expires_at) VALUES (p_reservation, r.wallet, p_amount, p_reason, 'reserved', p_at, p_expires);
            IF p_key IS NOT NULL THEN
              UPDATE credits.idempotency SET result = p_reservation WHERE wallet = r.wallet AND operation = 'reserve' AND key = p_key;
            END IF;
            r.entry := p_reservation;
          END IF;
          RETURN r;
        END $$;

        -- Ends a reservation: committed (p_capture of it, or all), refunded or expired. The same end again is told, not done, again.
        CREATE FUNCTION credits.settle(
          p_reservation uuid, p_end text, p_capture bigint, p_entry uuid, p_description text, p_at timestamptz, p_by text)
        RETURNS credits.posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
          v credits.reservations;
          w credits.accounts;
          r credits.posted;
          taken bigint;
        BEGIN
          SELECT * INTO v FROM credits.reservations WHERE id = p_reservation FOR UPDATE;
          IF NOT FOUND THEN
            r.outcome := 'not_found';
            RETURN r;
          END IF;
          SELECT * INTO w FROM credits.accounts WHERE id = v.wallet;
          taken := CASE WHEN p_end = 'committed' THEN coalesce(p_capture, v.amount) ELSE 0 END;
          IF v.status <> 'reserved' THEN
            r := credits.answer(CASE WHEN v.status = p_end THEN 'replayed' ELSE 'wrong_state' END, v.entry_id, w);
            r.note := v.status;
            RETURN r;
          ELSIF taken > v.amount THEN
            r := credits.answer('exceeds_reserved', NULL, w);
            r.note := v.amount::text;
            RETURN r;
          END IF;
          r := credits.book(
            p_entry, CASE p_end WHEN 'committed' THEN 'commit' WHEN 'expired' THEN 'expire' ELSE 'release' END, w.owner_id, v.amount - taken, -v.amount,
            'usage_revenue', NULL, CASE WHEN p_end = 'committed' THEN 'usage' END, coalesce(nullif(split_part(v.reason, ':', 1), ''), 'mana-research'),
            coalesce(p_description, v.reason), jsonb_build_object('reservationId', v.id), p_at, p_by, NULL, NULL, NULL, NULL, NULL);
          UPDATE credits.reservations SET status = p_end, captured = taken, resolved_at = p_at, entry_id = p_entry WHERE id = v.id;
          RETURN r;
        END $$;

        -- A reward (commerce.md 4.6): one per person and reference, and no month gives more than its budget.
        CREATE FUNCTION credits.grant_reward(
          p_entry uuid, p_user text, p_amount bigint, p_app text, p_description text, p_metadata jsonb, p_at timestamptz, p_by text, p_reference text, p_budget bigint)
        RETURNS credits.posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
          r credits.posted;
          wallet bigint;
          month CONSTANT date := date_trunc('month', p_at AT TIME ZONE 'UTC');
        BEGIN
          SELECT a.id INTO wallet FROM credits.accounts a WHERE a.owner_id = p_user AND a.kind = 'available' AND a.owner_type = 'user';
          IF NOT FOUND THEN
            r.outcome := 'unopened';
            RETURN r;
          END IF;
          -- Only a digest of the reference: the key outlives the person, whom the reference may name.
          r := credits.book(p_entry, 'grant', p_user, p_amount, 0, 'promo', NULL, 'grant', p_app, p_description, p_metadata, p_at, p_by,
            'grant:' || wallet || ':' || encode(sha256(convert_to(p_reference, 'UTF8')), 'hex'), NULL, NULL, NULL, NULL);
          IF r.outcome = 'posted' AND p_budget IS NOT NULL THEN
            INSERT INTO credits.promo_months AS m (month, granted) VALUES (month, p_amount)
            ON CONFLICT ON CONSTRAINT promo_months_key DO UPDATE SET granted = m.granted + p_amount;
            IF (SELECT m.granted FROM credits.promo_months m WHERE m.month = date_trunc('month', p_at AT TIME ZONE 'UTC')::date) > p_budget THEN
              RAISE EXCEPTION 'the budget of the month is used up' USING ERRCODE = 'MC001';
            END IF;
          END IF;
          RETURN r;
        END $$;

        REVOKE EXECUTE ON FUNCTION credits.reserve, credits.settle, credits.grant_reward FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION credits.reserve, credits.settle, credits.grant_reward TO mana_app;
        """;
}
