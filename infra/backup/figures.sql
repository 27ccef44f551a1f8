SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1; SET xmloption = 'content';
SET search_path = pg_catalog;
-- One statement per table, made from the catalogue, so that a table of tomorrow is not forgotten. 60 bits of MD5 per row, added up: a row that is missing,
-- there twice or changed changes the sum.
SELECT format('SELECT %L || E''\t'' || count(*) || E''\t'' || coalesce(sum((''x'' || left(md5(t::text), 15))::bit(60)::bigint), 0) FROM ONLY %I.%I t',
  'table ' || n.nspname || '.' || c.relname, n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
\gexec
-- The ledger's own proofs (commerce.md 16.2): each must be 0, before and after.
SELECT to_regclass('credits.postings') IS NOT NULL AS ledger \gset
\if :ledger
SELECT E'sound ledger.unbalanced\t' || count(*) FROM (SELECT entry_id FROM credits.postings GROUP BY entry_id HAVING sum(amount) <> 0) e;
SELECT E'sound ledger.sum\t' || coalesce(sum(balance), 0)::bigint FROM credits.accounts;
SELECT E'sound ledger.chain\t' || count(*) FROM (SELECT p.balance_after - p.amount - lag(p.balance_after, 1, 0::bigint) OVER o AS slip,
  p.hash = credits.link(lag(p.hash, 1, '\x') OVER o, p.account_id, p.seq, p.amount, p.balance_after, p.entry_id, e.occurred_at, e.kind) AS good
  FROM credits.postings p JOIN credits.entries e ON e.id = p.entry_id WINDOW o AS (PARTITION BY p.account_id ORDER BY p.seq)) w WHERE w.slip <> 0 OR NOT w.good;
\endif
