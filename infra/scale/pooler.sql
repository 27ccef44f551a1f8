-- Once, as a superuser in database mana. Then put "mana_pooler" "<password>" into /etc/pgbouncer/userlist.txt, mode 600.
CREATE ROLE mana_pooler LOGIN NOSUPERUSER;
CREATE SCHEMA pooler AUTHORIZATION CURRENT_USER;
-- Secrets of the one role that comes through the pooler, to the pooler alone.
CREATE FUNCTION pooler.lookup(wanted text, OUT usename name, OUT passwd text) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
  $$ SELECT s.usename, s.passwd FROM pg_shadow s WHERE s.usename = wanted AND s.usename = 'mana_app' $$;
REVOKE ALL ON FUNCTION pooler.lookup(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA pooler TO mana_pooler;
GRANT EXECUTE ON FUNCTION pooler.lookup(text) TO mana_pooler;
