-- As src/Mana.Kernel/Database/DatabaseRoles.cs makes them; a test compares the two.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mana_owner') THEN
    CREATE ROLE mana_owner NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mana_app') THEN
    CREATE ROLE mana_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    ALTER ROLE mana_app SET idle_in_transaction_session_timeout = '5min';
    ALTER ROLE mana_app SET tcp_keepalives_idle = 30;
    ALTER ROLE mana_app SET lock_timeout = '15s';
  END IF;
END $$;
