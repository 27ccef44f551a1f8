using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Apps.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "apps");

            migrationBuilder.CreateTable(
                name: "calendar_feeds",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    calendar_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    rotated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("calendar_feeds_key", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "calendar_shares",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    calendar_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    email = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    invitee_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("calendar_shares_key", x => x.id);
                    table.CheckConstraint("calendar_shares_status", "status IN ('pending', 'accepted', 'declined')");
                });

            migrationBuilder.CreateTable(
                name: "google_accounts",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    email = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    refresh_token = table.Column<byte[]>(type: "bytea", nullable: false),
                    access_token = table.Column<byte[]>(type: "bytea", nullable: false),
                    access_expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    scopes = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("google_accounts_key", x => x.id);
                    table.CheckConstraint("google_accounts_state", "state IN ('connected', 'reauth_required')");
                });

            migrationBuilder.CreateTable(
                name: "google_consents",
                schema: "apps",
                columns: table => new
                {
                    state_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    nonce_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    verifier = table.Column<byte[]>(type: "bytea", nullable: false),
                    return_to = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("google_consents_key", x => x.state_hash);
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    payload = table.Column<string>(type: "jsonb", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    handled = table.Column<List<string>>(type: "text[]", nullable: false, defaultValueSql: "'{}'"),
                    attempts = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    parked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "reminder_deliveries",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    instance_id = table.Column<Guid>(type: "uuid", nullable: true),
                    firing = table.Column<int>(type: "integer", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    channel = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    target_id = table.Column<Guid>(type: "uuid", nullable: true),
                    idempotency_key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    state = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    first_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lease_owner = table.Column<Guid>(type: "uuid", nullable: true),
                    payload = table.Column<string>(type: "jsonb", nullable: true),
                    anchor_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    critical = table.Column<bool>(type: "boolean", nullable: false),
                    overdue = table.Column<bool>(type: "boolean", nullable: false),
                    last_error = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    provider_message_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("reminder_deliveries_key", x => x.id);
                    table.CheckConstraint("reminder_deliveries_payload", "payload IS NOT NULL OR state NOT IN ('pending', 'leased')");
                    table.CheckConstraint("reminder_deliveries_state", "state IN ('pending', 'leased', 'sent', 'dead', 'suppressed')");
                });

            migrationBuilder.CreateTable(
                name: "reminder_feeds",
                schema: "apps",
                columns: table => new
                {
                    table = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    bookmark = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    done = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("reminder_feeds_key", x => x.table);
                });

            migrationBuilder.CreateTable(
                name: "reminder_preferences",
                schema: "apps",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    email_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    push_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    webhook_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    quiet_hours_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    quiet_hours_start = table.Column<TimeOnly>(type: "time without time zone", nullable: true),
                    quiet_hours_end = table.Column<TimeOnly>(type: "time without time zone", nullable: true),
                    timezone = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    locale = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    default_all_day_time = table.Column<TimeOnly>(type: "time without time zone", nullable: false),
                    category_preferences = table.Column<string>(type: "jsonb", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("reminder_preferences_key", x => x.user_id);
                });

            migrationBuilder.CreateTable(
                name: "reminder_rules",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    space_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    collection = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    source_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    block_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    origin_key = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    anchor = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    minutes_before = table.Column<int>(type: "integer", nullable: true),
                    days_before = table.Column<int>(type: "integer", nullable: true),
                    at_local_time = table.Column<TimeOnly>(type: "time without time zone", nullable: true),
                    at_utc = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    channels = table.Column<string[]>(type: "text[]", nullable: false),
                    tzid = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    title_hint = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    title_hint_enc = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    body_hint = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    url = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    critical = table.Column<bool>(type: "boolean", nullable: false),
                    client_status = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    deleted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("reminder_rules_key", x => x.id);
                    table.CheckConstraint("reminder_rules_anchor", "anchor IN ('due', 'start', 'absolute')");
                    table.CheckConstraint("reminder_rules_channels", "channels <@ ARRAY['push', 'email', 'webhook', 'inapp']");
                    table.CheckConstraint("reminder_rules_days", "days_before BETWEEN 0 AND 365");
                    table.CheckConstraint("reminder_rules_minutes", "minutes_before BETWEEN 0 AND 40320");
                    table.CheckConstraint("reminder_rules_offset", "anchor = 'absolute' AND at_utc IS NOT NULL OR num_nonnulls(minutes_before, days_before) = 1");
                });

            migrationBuilder.CreateTable(
                name: "external_calendars",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    provider = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    account_id = table.Column<Guid>(type: "uuid", nullable: true),
                    remote_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    url = table.Column<byte[]>(type: "bytea", nullable: true),
                    calendar_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    color = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    interval_minutes = table.Column<int>(type: "integer", nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    sync_token = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    e_tag = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    last_modified = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    next_run_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("external_calendars_key", x => x.id);
                    table.CheckConstraint("external_calendars_interval", "interval_minutes BETWEEN 5 AND 1440");
                    table.CheckConstraint("external_calendars_provider", "(provider = 'google' AND account_id IS NOT NULL AND remote_id IS NOT NULL) OR (provider = 'ical_url' AND url IS NOT NULL)");
                    table.ForeignKey(
                        name: "external_calendars_account",
                        column: x => x.account_id,
                        principalSchema: "apps",
                        principalTable: "google_accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "reminder_instances",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    rule_id = table.Column<Guid>(type: "uuid", nullable: false),
                    occurrence_key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    anchor_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    scheduled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fire_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    firing = table.Column<int>(type: "integer", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    push_suppressed = table.Column<bool>(type: "boolean", nullable: false),
                    write_back = table.Column<bool>(type: "boolean", nullable: false),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("reminder_instances_key", x => x.id);
                    table.CheckConstraint("reminder_instances_state", "state IN ('pending', 'snoozed', 'claimed', 'done', 'cancelled', 'missed')");
                    table.ForeignKey(
                        name: "reminder_instances_rule",
                        column: x => x.rule_id,
                        principalSchema: "apps",
                        principalTable: "reminder_rules",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "external_runs",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    external_id = table.Column<Guid>(type: "uuid", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created = table.Column<int>(type: "integer", nullable: false),
                    updated = table.Column<int>(type: "integer", nullable: false),
                    deleted = table.Column<int>(type: "integer", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("external_runs_key", x => x.id);
                    table.ForeignKey(
                        name: "external_runs_calendar",
                        column: x => x.external_id,
                        principalSchema: "apps",
                        principalTable: "external_calendars",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "calendar_feeds_of",
                schema: "apps",
                table: "calendar_feeds",
                columns: new[] { "user_id", "calendar_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "calendar_feeds_token",
                schema: "apps",
                table: "calendar_feeds",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "calendar_shares_email",
                schema: "apps",
                table: "calendar_shares",
                column: "email");

            migrationBuilder.CreateIndex(
                name: "calendar_shares_invitee",
                schema: "apps",
                table: "calendar_shares",
                column: "invitee_id");

            migrationBuilder.CreateIndex(
                name: "calendar_shares_of",
                schema: "apps",
                table: "calendar_shares",
                columns: new[] { "owner_id", "calendar_id", "email" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "external_calendars_by_account",
                schema: "apps",
                table: "external_calendars",
                column: "account_id");

            migrationBuilder.CreateIndex(
                name: "external_calendars_due",
                schema: "apps",
                table: "external_calendars",
                column: "next_run_at",
                filter: "enabled");

            migrationBuilder.CreateIndex(
                name: "external_calendars_of",
                schema: "apps",
                table: "external_calendars",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "external_runs_of",
                schema: "apps",
                table: "external_runs",
                columns: new[] { "external_id", "started_at" });

            migrationBuilder.CreateIndex(
                name: "google_accounts_of",
                schema: "apps",
                table: "google_accounts",
                columns: new[] { "user_id", "email" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "google_consents_due",
                schema: "apps",
                table: "google_consents",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "outbox_due",
                schema: "apps",
                table: "outbox",
                column: "next_attempt_at",
                filter: "parked_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "reminder_deliveries_created",
                schema: "apps",
                table: "reminder_deliveries",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "reminder_deliveries_due",
                schema: "apps",
                table: "reminder_deliveries",
                column: "next_attempt_at",
                filter: "state IN ('pending', 'leased')");

            migrationBuilder.CreateIndex(
                name: "reminder_deliveries_instance",
                schema: "apps",
                table: "reminder_deliveries",
                column: "instance_id");

            migrationBuilder.CreateIndex(
                name: "reminder_deliveries_once",
                schema: "apps",
                table: "reminder_deliveries",
                column: "idempotency_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "reminder_deliveries_user",
                schema: "apps",
                table: "reminder_deliveries",
                columns: new[] { "user_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "reminder_instances_created",
                schema: "apps",
                table: "reminder_instances",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "reminder_instances_due",
                schema: "apps",
                table: "reminder_instances",
                column: "fire_at",
                filter: "state IN ('pending', 'snoozed')");

            migrationBuilder.CreateIndex(
                name: "reminder_instances_occurrence",
                schema: "apps",
                table: "reminder_instances",
                columns: new[] { "rule_id", "occurrence_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "reminder_instances_write_back",
                schema: "apps",
                table: "reminder_instances",
                column: "id",
                filter: "write_back");

            migrationBuilder.CreateIndex(
                name: "reminder_rules_block",
                schema: "apps",
                table: "reminder_rules",
                column: "block_id",
                filter: "deleted_at IS NULL AND block_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "reminder_rules_deleted",
                schema: "apps",
                table: "reminder_rules",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "reminder_rules_own_origin",
                schema: "apps",
                table: "reminder_rules",
                columns: new[] { "user_id", "origin_key" },
                unique: true,
                filter: "space_id IS NULL AND origin_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "reminder_rules_source",
                schema: "apps",
                table: "reminder_rules",
                columns: new[] { "app_id", "collection", "source_id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "reminder_rules_space_origin",
                schema: "apps",
                table: "reminder_rules",
                columns: new[] { "space_id", "origin_key" },
                unique: true,
                filter: "space_id IS NOT NULL AND origin_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "reminder_rules_user",
                schema: "apps",
                table: "reminder_rules",
                column: "user_id");

            migrationBuilder.Sql(Reminders.Data.ReminderModel.WakeSql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION IF EXISTS apps.reminders_wake() CASCADE");
            migrationBuilder.DropTable(
                name: "calendar_feeds",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "calendar_shares",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "external_runs",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "google_consents",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "outbox",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "reminder_deliveries",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "reminder_feeds",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "reminder_instances",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "reminder_preferences",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "external_calendars",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "reminder_rules",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "google_accounts",
                schema: "apps");
        }
    }
}
