namespace Mana.Auth.Tests.Import;

/// <summary>The tables of the original (auth.md 4.1, 4.2), in its own words; the enumerations have a value more, as somebody once added by hand.</summary>
internal static class OriginalSchema
{
    public const string Sql = """
        CREATE SCHEMA auth;
        CREATE TYPE auth.user_role AS ENUM ('user', 'admin', 'service', 'superadmin');
        CREATE TYPE auth.access_tier AS ENUM ('guest', 'public', 'beta', 'alpha', 'founder', 'legend');
        CREATE TYPE auth.user_kind AS ENUM ('human', 'persona', 'system', 'robot');
        CREATE TABLE auth.users (
          id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, email_verified boolean NOT NULL DEFAULT false, image text,
          created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), role auth.user_role NOT NULL DEFAULT 'user',
          access_tier auth.access_tier NOT NULL DEFAULT 'public', kind auth.user_kind NOT NULL DEFAULT 'human', two_factor_enabled boolean DEFAULT false,
          deleted_at timestamptz, onboarding_completed_at timestamptz);
        CREATE TABLE auth.sessions (
          id text PRIMARY KEY, expires_at timestamptz NOT NULL, token text NOT NULL UNIQUE, user_id text NOT NULL REFERENCES auth.users ON DELETE CASCADE);
        CREATE TABLE auth.accounts (
          id text PRIMARY KEY, account_id text NOT NULL, provider_id text NOT NULL, user_id text NOT NULL REFERENCES auth.users ON DELETE CASCADE, access_token text,
          refresh_token text, id_token text, scope text, password text, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE auth.passkeys (id text PRIMARY KEY, user_id text NOT NULL REFERENCES auth.users ON DELETE CASCADE, credential_id text NOT NULL UNIQUE, public_key text NOT NULL);
        CREATE TABLE auth.two_factor_auth (user_id text PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, secret text NOT NULL, enabled boolean DEFAULT false, backup_codes text);
        CREATE TABLE auth.api_keys (
          id text PRIMARY KEY, user_id text NOT NULL REFERENCES auth.users ON DELETE CASCADE, name text NOT NULL, key_prefix text NOT NULL, key_hash text NOT NULL,
          scopes jsonb DEFAULT '["stt","tts"]', rate_limit_requests int DEFAULT 60, rate_limit_window int DEFAULT 60, created_at timestamptz NOT NULL DEFAULT now(),
          last_used_at timestamptz, revoked_at timestamptz);
        CREATE TABLE auth.organizations (
          id text PRIMARY KEY, name text NOT NULL, slug text UNIQUE, logo text, metadata jsonb, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE auth.members (
          id text PRIMARY KEY, organization_id text NOT NULL REFERENCES auth.organizations ON DELETE CASCADE, user_id text NOT NULL, role text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE auth.encryption_vaults (
          user_id text PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, wrapped_mk text, wrap_iv text, format_version smallint NOT NULL DEFAULT 1,
          kek_id text NOT NULL DEFAULT 'env-v1', recovery_wrapped_mk text, recovery_iv text, recovery_format_version smallint DEFAULT 1, recovery_set_at timestamptz,
          zero_knowledge boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL DEFAULT now(), rotated_at timestamptz);
        CREATE TABLE auth.encryption_vault_audit (
          id text PRIMARY KEY, user_id text NOT NULL REFERENCES auth.users ON DELETE CASCADE, action text NOT NULL, ip_address text, user_agent text, context text,
          status int NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
        ALTER TABLE auth.encryption_vaults ENABLE ROW LEVEL SECURITY;
        ALTER TABLE auth.encryption_vaults FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON auth.encryption_vaults USING (user_id = current_setting('app.current_user_id', true));
        CREATE TABLE auth.personas (
          user_id text PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, archetype text NOT NULL, system_prompt text NOT NULL, module_mix jsonb NOT NULL,
          tick_cadence text NOT NULL DEFAULT 'daily', last_active_at timestamptz, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE auth.persona_actions (
          id text PRIMARY KEY, persona_id text NOT NULL REFERENCES auth.personas ON DELETE CASCADE, tick_id text NOT NULL, tool_name text NOT NULL, input_hash text,
          result text NOT NULL, error_message text, latency_ms int, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE auth.persona_feedback (
          id text PRIMARY KEY, persona_id text NOT NULL REFERENCES auth.personas ON DELETE CASCADE, tick_id text NOT NULL, module text NOT NULL, rating smallint NOT NULL,
          notes text, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE auth.feature_flags (name text PRIMARY KEY);
        """;

    /// <summary>Vectors of auth.md 32: the password is <see cref="AuthApi.Password"/>, the vault opens with 32 zero bytes, the key is sk_live_ and 32 times ab.</summary>
    public const string Rows = """
        INSERT INTO auth.users (id, name, email, email_verified, image, created_at, updated_at, role, access_tier, kind, two_factor_enabled, deleted_at, onboarding_completed_at) VALUES
          ('u-ada', 'Ada', 'ada@example.test', true, 'https://x.test/a.png', '2026-01-02 03:04:05.678901+00', '2026-02-01', 'admin', 'founder', 'human', NULL, NULL, '2026-01-03 00:00:00.1+02'),
          ('u-bob-first', 'Bob', 'Bob@Example.Test', false, NULL, '2026-01-01', '2026-01-01', 'user', 'public', 'human', true, NULL, NULL),
          ('u-bob', 'Bob', 'bob@example.test', true, NULL, '2026-01-05', '2026-01-05', 'user', 'beta', 'human', true, NULL, NULL),
          ('u-odd', '', 'odd', false, NULL, 'infinity', '2026-01-06', 'superadmin', 'legend', 'robot', false, NULL, NULL),
          ('u-nobody', 'Nobody', '  ', false, NULL, '2026-01-07', '2026-01-07', 'user', 'public', 'human', false, NULL, NULL),
          ('u-gone', 'Gone', 'gone@example.test', true, NULL, '2026-01-08', '2026-01-08', 'user', 'public', 'human', false, '2026-03-01', NULL),
          ('u-bot', 'Bot', 'bot@example.test', true, NULL, '2026-01-09', '2026-01-09', 'user', 'founder', 'persona', false, NULL, NULL);
        INSERT INTO auth.accounts (id, account_id, provider_id, user_id, password, updated_at) VALUES
          ('a-ada', 'u-ada', 'credential', 'u-ada', '000102030405060708090a0b0c0d0e0f:c6c85dd5cfd6fcc335916040deaab40101730e7c3b172da74b6d37330f61dbc7d7ccebd94a94624cb14e17e0084387d06ab46568b576f02c4954a80b1946cbcc', '2026-01-04'),
          ('a-ada-old', 'u-ada', 'credential', 'u-ada', NULL, '2026-01-02'),
          ('a-ada-google', '1234', 'google', 'u-ada', NULL, '2026-01-02'),
          ('a-bob-first', 'u-bob-first', 'credential', 'u-bob-first', '000102030405060708090a0b0c0d0e0f:c6c85dd5cfd6fcc335916040deaab40101730e7c3b172da74b6d37330f61dbc7d7ccebd94a94624cb14e17e0084387d06ab46568b576f02c4954a80b1946cbcc', '2026-01-04'),
          ('a-bob', 'u-bob', 'credential', 'u-bob', '$2b$10$abcdefghijklmnopqrstuv', '2026-01-05'),
          ('a-odd', 'u-odd', 'credential', 'u-odd', NULL, '2026-01-06');
        INSERT INTO auth.organizations (id, name, slug, logo, metadata, created_at, updated_at) VALUES
          ('o-ada', 'Ada', 'ada', NULL, '{"type": "personal", "tier": "founder", "voiceDoc": "v", "n": 1.50}', '2026-01-02 03:04:06+00', '2026-01-02'),
          ('o-ada-2', 'Ada again', 'ada-2', NULL, to_jsonb('{"type":"personal","aiPersonaId":"p"}'::text), '2026-01-04', '2026-01-04'),
          ('o-bob', 'Bob', 'bob', NULL, '{"type": "personal", "tier": "god"}', '2026-01-05', '2026-01-05'),
          ('o-lost', 'Lost', 'lost', NULL, '{"type": "personal"}', '2026-01-05', '2026-01-05'),
          ('o-team', 'Team', 'the-team', 'https://x.test/l.png', to_jsonb('{"type":"team","tier":"alpha","uid":"ATU1"}'::text), '2026-01-10', '2026-01-10'),
          ('o-brand', 'Brand', 'the-brand', NULL, '{"type": "brand"}', '2026-01-11', '2026-01-11'),
          ('o-odd', 'Odd', NULL, NULL, NULL, '2026-01-12', '2026-01-12'),
          ('o-junk', 'Junk', 'junk', NULL, to_jsonb('{"type":'::text), '2026-01-13', '2026-01-13');
        INSERT INTO auth.members (id, organization_id, user_id, role, created_at) VALUES
          ('m-1', 'o-ada', 'u-ada', 'owner', '2026-01-02 03:04:06+00'), ('m-2', 'o-ada', 'u-bob', 'member', '2026-01-20'), ('m-3', 'o-ada-2', 'u-ada', 'owner', '2026-01-04'),
          ('m-4', 'o-bob', 'u-bob', 'Owner', '2026-01-05'), ('m-5', 'o-lost', 'u-ghost', 'owner', '2026-01-05'), ('m-6', 'o-team', 'u-ada', 'owner', '2026-01-10'),
          ('m-7', 'o-team', 'u-bob', 'member', '2026-01-11'), ('m-8', 'o-team', 'u-bob', 'admin', '2026-01-12'), ('m-9', 'o-team', 'u-ghost', 'member', '2026-01-12'),
          ('m-10', 'o-team', 'u-odd', 'emperor', '2026-02-12'), ('m-11', 'o-team', 'u-bob-first', 'member', '2026-01-12'),
          ('m-12', 'o-brand', 'u-odd', 'member', '2026-01-11'), ('m-13', 'o-brand', 'u-bob', 'admin', '2026-01-12');
        INSERT INTO auth.encryption_vaults (user_id, wrapped_mk, wrap_iv, recovery_wrapped_mk, recovery_iv, recovery_set_at, zero_knowledge, created_at, rotated_at) VALUES
          ('u-ada', 'ickwVgX7iPHLclnp8A3RHEV+u46qi5ju1tH/F5ArEE/59dedy1zXo7Jmj9B+3gJU', 'AAECAwQFBgcICQoL', NULL, NULL, NULL, false, '2026-01-02 04:00:00.000001+00', '2026-01-03'),
          ('u-bob', NULL, NULL, '0fh789ieL0DdEdHQX4Kt19Sbn/voeDmJjBgTVXgu9boOdi5/WAeVtQxi/vDDFL6W', 'AAECAwQFBgcICQoL', '2026-01-06', true, '2026-01-05', NULL),
          ('u-bot', 'ickwVgX7iPHLclnp8A3RHEV+u46qi5ju1tH/F5ArEE/59dedy1zXo7Jmj9B+3gJU', 'AAECAwQFBgcICQoL', 'junk', 'junk', '2026-01-06', true, '2026-01-05', NULL),
          ('u-odd', NULL, NULL, 'junk', 'junk', '2026-01-06', true, '2026-01-05', NULL);
        INSERT INTO auth.encryption_vault_audit (id, user_id, action, ip_address, user_agent, context, status, created_at) VALUES
          ('e-1', 'u-ada', 'init', '192.0.2.1', E'Moz\tilla', 'created', 201, '2026-01-02 04:00:00.000001+00'), ('e-2', 'u-ada', 'fetch', NULL, NULL, NULL, 200, '2026-01-03'),
          ('e-3', 'u-bob', 'init', NULL, NULL, 'created', 201, '2026-01-05');
        INSERT INTO auth.api_keys (id, user_id, name, key_prefix, key_hash, scopes, rate_limit_requests, rate_limit_window, created_at, last_used_at, revoked_at) VALUES
          ('k-1', 'u-ada', 'Speech', 'abababab', '0f903363feda61cdf6be0234d4df79a1cfe2cecee35e9e50ac5c3fbc6536bdfc', to_jsonb('["stt","llm"]'::text), 7, 0, '2026-01-05', '2026-01-06', NULL),
          ('k-2', 'u-ada', 'Broken', 'x', 'not a hash', NULL, NULL, NULL, '2026-01-05', NULL, NULL),
          ('k-3', 'u-bob', 'Twin', 'abababab', '0F903363FEDA61CDF6BE0234D4DF79A1CFE2CECEE35E9E50AC5C3FBC6536BDFC', '["stt"]', 60, 60, '2026-01-05', NULL, NULL);
        INSERT INTO auth.personas VALUES ('u-bot', 'student', 'You study.', '{"todo": 0.5}', 'weekdays', '2026-01-10', '2026-01-09'), ('u-ada', 'human', 'No.', '{}', 'daily', NULL, '2026-01-09');
        INSERT INTO auth.persona_actions VALUES ('t1-0-todo', 'u-bot', 't1', 'todo', NULL, 'ok', NULL, 12, '2026-01-10'), ('t1-1-todo', 'u-bot', 't1', 'todo', NULL, 'maybe', NULL, 12, '2026-01-10');
        INSERT INTO auth.persona_feedback VALUES ('t1-todo', 'u-bot', 't1', 'todo', 4, 'good', '2026-01-10'), ('t2-todo', 'u-bot', 't2', 'todo', 9, NULL, '2026-01-11');
        INSERT INTO auth.sessions VALUES ('s-1', '2027-01-01', 'secret', 'u-ada');
        INSERT INTO auth.passkeys SELECT 'p-' || n, 'u-ada', 'c-' || n, 'k' FROM generate_series(1, 3) n;
        INSERT INTO auth.two_factor_auth VALUES ('u-bob', 's', true, 'b');
        INSERT INTO auth.feature_flags VALUES ('x');
        """;
}
