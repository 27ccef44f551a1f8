namespace Mana.Credits.Data;

/// <summary>What privacy and audit may do to the ledger: rename an owner, blank texts, hold an account (commerce.md 13.2).</summary>
internal static class ErasureFunctions
{
    public const string Sql = """
        -- The person's id goes, their postings stay under a pseudonym. Money must be out before: nothing may be left that nobody can spend.
        CREATE FUNCTION credits.erase_wallet(p_user text, p_pseudonym text, p_at timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
          w credits.accounts;
        BEGIN
          UPDATE credits.entries SET created_by = 'erased' WHERE created_by = 'admin:' || p_user;
          SELECT * INTO w FROM credits.accounts a WHERE a.owner_id = p_user AND a.kind = 'available' AND a.owner_type = 'user' FOR UPDATE;
          IF NOT FOUND THEN
            RETURN 0;
          ELSIF w.balance > 0 OR w.held > 0 THEN
            RAISE EXCEPTION 'the account still holds credits' USING ERRCODE = 'MC002';
          END IF;
          UPDATE credits.entries SET description = '', metadata = NULL, idempotency_key = NULL WHERE wallet = w.id;
          UPDATE credits.reservations SET reason = '' WHERE wallet = w.id;
          DELETE FROM credits.idempotency WHERE wallet = w.id;
          DELETE FROM credits.usage_stats WHERE wallet = w.id;
          UPDATE credits.accounts SET owner_id = p_pseudonym, updated_at = p_at WHERE owner_id = p_user AND owner_type = 'user';
          RETURN w.lines;
        END $$;

        CREATE FUNCTION credits.set_frozen(p_account bigint, p_at timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
          UPDATE credits.accounts a SET frozen_at = p_at
          FROM credits.accounts found WHERE found.id = p_account AND a.kind = 'available' AND a.owner_type = 'user' AND (p_at IS NULL OR a.frozen_at IS NULL)
            AND (a.id = found.id OR (found.owner_type = 'user' AND a.owner_id = found.owner_id) OR (found.owner_type = 'system' AND a.id::text = found.owner_id))
        $$;

        REVOKE EXECUTE ON FUNCTION credits.erase_wallet, credits.set_frozen FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION credits.erase_wallet, credits.set_frozen TO mana_app;
        """;

    /// <summary>As <c>set_frozen</c> was, and the escrow of a gift holds the account of who made it: what is promised comes out of there.</summary>
    public const string HoldsCreators = """
        CREATE OR REPLACE FUNCTION credits.set_frozen(p_account bigint, p_at timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
          UPDATE credits.accounts a SET frozen_at = p_at
          FROM credits.accounts found WHERE found.id = p_account AND a.kind = 'available' AND a.owner_type = 'user' AND (p_at IS NULL OR a.frozen_at IS NULL)
            AND (a.id = found.id OR (found.owner_type = 'user' AND a.owner_id = found.owner_id) OR (found.owner_type = 'system' AND a.id::text = found.owner_id)
              OR (found.owner_type = 'gift' AND a.owner_id = (SELECT g.creator_id FROM credits.gift_codes g WHERE g.id::text = found.owner_id)))
        $$;
        """;
}
