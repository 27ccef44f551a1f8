using Mana.Auth.Privacy;
using Mana.Auth.Tests.Vault;

namespace Mana.Auth.Tests.Privacy;

/// <summary>The promise of the erasure, checked against the whole database: whatever table anybody adds is walked too.</summary>
public sealed class NothingLeftTests(PrivacyWorld world) : IClassFixture<PrivacyWorld>
{
    /// <summary>
    /// Where something may stay, each with its reason in modules/Auth/README.md ("What an erasure keeps"): the acts of administrators in the
    /// administrators' own logs, and the farewell in the log of mails.
    /// </summary>
    static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["auth.security_events"] = "SELECT count(*) FROM auth.security_events row WHERE {0} AND NOT (row.event_type = 'admin_action' AND row.user_id IS NOT NULL)",
        ["notify.deliveries"] = "SELECT count(*) FROM notify.deliveries row WHERE {0} AND NOT (row.template = 'account-deleted' AND row.user_id IS NULL)",
    };

    [Fact]
    public async Task Scenario_72_no_table_of_any_schema_keeps_the_person()
    {
        var (person, friend, admin) = (await world.PersonAsync(), await world.PersonAsync(), await world.AdminAsync());
        var space = await world.SpaceAsync(friend, person);
        await FillAsync(person, friend, admin, space);
        var before = await WalkAsync(person);
        foreach (var table in (string[])
                 [
                     "auth.users", "auth.sessions", "auth.members", "auth.organizations", "auth.api_keys", "auth.encryption_vaults", "auth.encryption_vault_audit", "auth.mission_grants",
                     "auth.verification_tokens", "auth.login_attempts", "auth.mail_allowances", "auth.security_events", "auth.two_factor", "auth.two_factor_backup_codes", "auth.passkeys", "auth.trusted_devices", "auth.pending_sign_ins", "auth.passkey_challenges",
                     "auth.invitations", "auth.personas", "auth.persona_actions", "auth.persona_feedback", "sync.scopes", "sync.records", "sync.changes", "notify.deliveries", "credits.accounts",
                     "credits.purchases", "subscriptions.subscriptions", "subscriptions.invoices", "subscriptions.checkouts",
                     "users.settings", "users.tags", "users.tag_groups", "users.tag_links", "feedback.items", "feedback.reactions", "feedback.notifications", "feedback.profiles", "feedback.grant_log",
                     "notify.push_subscriptions", "notify.webhook_endpoints", "apps.reminder_rules", "apps.reminder_deliveries", "apps.reminder_preferences", "apps.idempotency_keys",
                     "apps.calendar_feeds", "apps.calendar_shares", "apps.google_accounts", "apps.google_consents", "apps.external_calendars", "apps.external_links", "apps.caldav_accounts", "apps.caldav_objects",
                 ])
            Assert.True(before.ContainsKey(table), $"The test put nothing into {table}.");

        (await world.EraseAsync(person)).IsOk();
        await world.Host.DrainAsync();
        await world.FlushAsync();
        await world.RunJobAsync(TimeSpan.FromMinutes(3));

        foreach (var (table, rows) in await WalkAsync(person))
            Assert.True(Allowed.TryGetValue(table, out var strict) && await CountAsync(strict, person) == 0, $"{table} still holds {rows} rows of an erased person.");
        Assert.Equal("kept", await world.ScalarAsync("SELECT 'kept' FROM sync.records WHERE record_id = 'shared-1'"));
        Assert.Contains("Stimmen", (string)(await world.ScalarAsync("SELECT state::text FROM sync.records WHERE record_id = 'shared-1'"))!, StringComparison.Ordinal);
    }

    async Task FillAsync(Person person, Person friend, Person admin, string space)
    {
        await world.Host.DrainAsync();
        (await world.Api.LoginAsync(person.Email)).IsOk();
        Assert.Equal(401, (await world.Api.LoginAsync(person.Email, "Falsch-Pferd-9")).Status);
        Assert.Equal(201, (await world.PostAsync("/api/v1/api-keys", person, new { name = person.Email })).Status);
        await new VaultApi(world, person).NewKeyAsync();
        (await world.PostAsync("/api/v1/me/ai-mission-grant", person, new { missionId = "m", tables = new[] { "notes" }, recordIds = new[] { "notes:1" } })).IsOk();
        await world.PushAsync(person, PrivacyWorld.Insert("t1", title: person.Email));
        var actor = $$"""
            "spaceId":"{{space}}","actor":{"kind":"user","principalId":"{{person.UserId}}","displayName":"A"}
            """;
        await world.PushAsync(person, PrivacyWorld.Insert("shared-1", title: "Stimmen", more: actor));
        await world.PushAsync(friend, PrivacyWorld.Insert("shared-2", more: $"\"spaceId\":\"{space}\""));
        (await world.Api.PostAsync("forgot-password", new { email = person.Email })).IsOk();
        await FeaturesAsync(person, space);
        (await world.PostAsync("/api/v1/auth/change-email", person, new { newEmail = AuthApi.NewEmail() })).IsOk();
        (await world.PutAsync($"/api/v1/admin/users/{person.UserId}/tier", admin, new { tier = "beta" })).IsOk();
        (await world.PostAsync("/api/v1/me/bootstrap-singletons", person)).IsOk();
        using (await world.Host.CreateClient().SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/me/data/export") { Headers = { Authorization = new("Bearer", person.Token) } }))
        {
            // Only that it leaves its line in the log.
        }

        await world.Host.DrainAsync();
        await world.FlushAsync();
    }

    /// <summary>A row in every table of features that this test does not walk through by their routes.</summary>
    async Task FeaturesAsync(Person person, string space)
    {
        string[] rows =
        [
            "INSERT INTO auth.two_factor (id, user_id, secret_encrypted, created_at) VALUES ('t-' || $1, $1, '\\x01', now())",
            "INSERT INTO auth.two_factor_backup_codes (id, user_id, salt, code_hash, case_sensitive) VALUES ('b-' || $1, $1, '\\x01', '\\x02', false)",
            "INSERT INTO auth.trusted_devices (id, user_id, token_hash, user_agent, created_at, last_used_at, expires_at) VALUES ('d-' || $1, $1, sha256($1::bytea), 'a', now(), now(), now() + interval '1 day')",
            "INSERT INTO auth.pending_sign_ins (token_hash, user_id, method, remember_me, until_closed, created_at, expires_at, attempts) VALUES (sha256($1::bytea), $1, 'pwd', false, false, now(), now() + interval '1 day', 0)",
            "INSERT INTO auth.passkeys (id, user_id, credential_id, public_key, user_handle, counter, device_type, backed_up, transports, name, aaguid, created_at) VALUES ('p-' || $1, $1, 'c-' || $1, '\\x01', '\\x02', 0, 'singleDevice', false, '{}', 'key', gen_random_uuid(), now())",
            "INSERT INTO auth.passkey_challenges (id, registration, user_id, challenge, expires_at) VALUES ('c-' || $1, true, $1, '\\x04', now() + interval '1 day')",
            "INSERT INTO auth.personas (user_id, archetype, system_prompt, module_mix, tick_cadence, created_at) VALUES ($1, 'a', 'p', '{}', 'daily', now())",
            "INSERT INTO auth.persona_actions (persona_id, id, tick_id, tool_name, result, created_at) VALUES ($1, 'a', 't', 'x', 'ok', now())",
            """
            INSERT INTO credits.purchases (id, user_id, package_id, credits, price_euro_cents, status, metadata, created_at, updated_at)
              SELECT gen_random_uuid(), $1, id, credits, price_euro_cents, 'pending', jsonb_build_object('roomId', $1::text), now(), now() FROM credits.packages LIMIT 1
            """,
            """
            INSERT INTO subscriptions.subscriptions (id, user_id, plan_id, stripe_subscription_id, status, billing_interval, cancel_at_period_end, created_at, updated_at)
              SELECT gen_random_uuid(), $1, id, 'sub_' || md5($1), 'active', 'month', false, now(), now() FROM subscriptions.plans LIMIT 1
            """,
            """
            INSERT INTO subscriptions.invoices (id, user_id, subscription_id, stripe_invoice_id, amount_due_euro_cents, amount_paid_euro_cents, currency, attempts, created_at)
              SELECT gen_random_uuid(), $1, id, 'in_' || md5($1), 499, 499, 'eur', 0, now() FROM subscriptions.subscriptions WHERE user_id = $1
            """,
            "INSERT INTO subscriptions.checkouts (stripe_session_id, user_id, created_at) VALUES ('cs_' || md5($1), $1, now())",
            "INSERT INTO auth.persona_feedback (persona_id, id, tick_id, module, rating, created_at) VALUES ($1, 'f', 't', 'm', 3, now())",
            "INSERT INTO notify.push_subscriptions (id, user_id, endpoint, p256dh, auth, created_at, failures) VALUES (gen_random_uuid(), $1, 'https://push.example/' || $1, decode(repeat('01', 65), 'hex'), decode(repeat('01', 16), 'hex'), now(), 0)",
            "INSERT INTO notify.webhook_endpoints (id, user_id, url, enabled, created_at, failures) VALUES (gen_random_uuid(), $1, 'https://hook.example/', true, now(), 0)",
            "INSERT INTO apps.reminder_rules (id, user_id, app_id, collection, source_id, anchor, minutes_before, channels, critical, created_at, updated_at) VALUES (gen_random_uuid(), $1, 'todo', 'tasks', 't1', 'due', 5, '{push}', false, now(), now())",
            "INSERT INTO apps.reminder_deliveries (id, firing, user_id, app_id, channel, idempotency_key, state, attempt, next_attempt_at, first_attempt_at, anchor_at, critical, overdue, created_at) VALUES (gen_random_uuid(), 0, $1, 'todo', 'push', 'k-' || $1, 'sent', 1, now(), now(), now(), false, false, now())",
            "INSERT INTO apps.idempotency_keys (user_id, route, key, request, started_at) VALUES ($1, 'POST /x', 'k', '\\x01', now())",
            "INSERT INTO apps.calendar_feeds (id, user_id, calendar_id, token_hash, created_at) VALUES (gen_random_uuid(), $1, 'c1', sha256($1::bytea), now())",
            "INSERT INTO apps.calendar_shares (id, owner_id, calendar_id, email, status, created_at) VALUES (gen_random_uuid(), $1, 'c1', 'friend@example.test', 'pending', now())",
            "INSERT INTO apps.google_accounts (id, user_id, email, refresh_token, access_token, access_expires_at, state, scopes, created_at, updated_at) VALUES (gen_random_uuid(), $1, 'g@example.test', '\\x01', '\\x02', now(), 'connected', '', now(), now())",
            "INSERT INTO apps.google_consents (state_hash, user_id, nonce_hash, verifier, return_to, expires_at) VALUES (sha256($1::bytea), $1, '\\x01', '\\x02', '/', now() + interval '1 day')",
            """
            INSERT INTO apps.external_calendars (id, user_id, provider, account_id, remote_id, calendar_id, direction, mirrored_position, heard_position, interval_minutes, enabled, next_run_at, failures, created_at)
              SELECT gen_random_uuid(), $1, 'google', id, 'primary', 'c1', 'both', 0, 0, 15, false, now(), 0, now() FROM apps.google_accounts WHERE user_id = $1
            """,
            "INSERT INTO apps.caldav_accounts (id, user_id, server, username, password, state, created_at, updated_at) VALUES (gen_random_uuid(), $1, 'https://dav.example.test/', $1, '\\x01', 'connected', now(), now())",
            """
            INSERT INTO apps.external_calendars (id, user_id, provider, dav_account_id, url, calendar_id, mirrored_position, heard_position, interval_minutes, enabled, next_run_at, failures, created_at)
              SELECT gen_random_uuid(), $1, 'caldav', id, '\x01', 'c1', 0, 0, 15, false, now(), 0, now() FROM apps.caldav_accounts WHERE user_id = $1
            """,
            "INSERT INTO apps.caldav_objects (external_id, href, uid) SELECT id, '/dav/' || $1 || '.ics', 'event of ' || $1 FROM apps.external_calendars WHERE user_id = $1 AND provider = 'caldav'",
            "INSERT INTO apps.external_links (external_id, event_id, remote_id, ours, theirs) SELECT id, 'event of ' || $1, 'mana1', '', '' FROM apps.external_calendars WHERE user_id = $1 AND provider = 'google'",
            "INSERT INTO apps.reminder_preferences (user_id, email_enabled, push_enabled, webhook_enabled, quiet_hours_enabled, timezone, locale, default_all_day_time, category_preferences, updated_at) VALUES ($1, true, true, true, false, 'UTC', 'de', '09:00', '{}', now())",
        ];
        foreach (var row in rows)
            await world.ScalarAsync(row, person.UserId);
        await BoardAsync(person);
        const string Invitation = "INSERT INTO auth.invitations (id, organization_id, email, role, status, inviter_id, created_at, expires_at) VALUES ($1, $2, $3, 'member', 'pending', $4, now(), now() + interval '1 day')";
        await world.ScalarAsync(Invitation, "sent-" + person.UserId, space, AuthApi.NewEmail(), person.UserId);
    }

    /// <summary>Settings, tags, and an idea that names its author.</summary>
    async Task BoardAsync(Person person)
    {
        Assert.Equal(201, (await world.PostAsync("/api/v1/feedback", person, new { feedbackText = $"Schreibt mir an {person.Email}, bitte", deviceInfo = new { owner = person.UserId } })).Status);
        string[] rows =
        [
            "INSERT INTO users.settings (user_id, global, version, created_at, updated_at) VALUES ($1, '{\"a\":1}', 1, now(), now()) ON CONFLICT DO NOTHING",
            "INSERT INTO users.tag_groups (id, user_id, name, sort_order, created_at, updated_at) VALUES (gen_random_uuid(), $1, 'g', 0, now(), now())",
            "INSERT INTO users.tag_links (id, tag_id, user_id, app_id, entity_id, entity_type, created_at) SELECT gen_random_uuid(), id, $1, 'a', 'e', 't', now() FROM users.tags WHERE user_id = $1 LIMIT 1",
            "INSERT INTO feedback.reactions (feedback_id, user_id, emoji, rewarded, created_at) SELECT id, $1, '👍', true, now() FROM feedback.items WHERE user_id = $1",
            "INSERT INTO feedback.notifications (id, user_id, feedback_id, kind, title, credits_awarded, created_at) SELECT gen_random_uuid(), $1, id, 'status_planned', 't', 0, now() FROM feedback.items WHERE user_id = $1",
        ];
        foreach (var row in rows)
            await world.ScalarAsync(row, person.UserId);
    }

    /// <summary>The list that export and erasure go by, and what the database says of who belongs to whom.</summary>
    [Fact]
    public async Task Every_table_that_refers_to_an_account_is_in_the_list()
    {
        var listed = PersonalTables.All.Select(table => table.Table).ToHashSet(StringComparer.Ordinal);
        var referring = await world.RowsAsync("""
            SELECT DISTINCT from_table.relname::text FROM pg_constraint one JOIN pg_class from_table ON from_table.oid = one.conrelid
            WHERE one.contype = 'f' AND one.confrelid IN ('auth.users'::regclass, 'auth.personas'::regclass) AND from_table.relnamespace = 'auth'::regnamespace
            """);
        Assert.True(referring.Count > 12, $"{referring.Count} tables");
        foreach (var table in referring.Select(row => (string)row[0]!))
            // The log is told and redacted by code of its own; refresh tokens are secrets and go with their session.
            Assert.True(listed.Contains(table) || table is "refresh_tokens" or "security_events", $"auth.{table} refers to people and is not in PersonalTables.");
    }

    /// <summary>Every row of every table as text: all columns of all types, ids with and without dashes, bytes as hex.</summary>
    async Task<Dictionary<string, long>> WalkAsync(Person person)
    {
        var tables = (await world.RowsAsync("""
            SELECT table_schema || '.' || quote_ident(table_name) FROM information_schema.tables
            WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') AND (table_schema, table_name) <> ('public', 'event_log') ORDER BY 1
            """)).ConvertAll(row => (string)row[0]!);
        Assert.True(tables.Count > 35, $"{tables.Count} tables");
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in tables)
            if (await CountAsync($"SELECT count(*) FROM {table} row WHERE {{0}}", person) is > 0 and var rows)
                found[table] = rows;
        return found;
    }

    async Task<long> CountAsync(string sql, Person person)
    {
        const string Names = "(strpos(replace(row::text, '-', ''), $1) > 0 OR strpos(lower(row::text), $2) > 0 OR strpos(row::text, $3) > 0 OR strpos(row::text, $4) > 0)";
        return (long)(await world.ScalarAsync(sql.Replace("{0}", Names, StringComparison.Ordinal), person.UserId.Replace("-", "", StringComparison.Ordinal), person.Email, Hex(person.UserId), Hex(person.Email)))!;
    }

    static string Hex(string text) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text));
}
