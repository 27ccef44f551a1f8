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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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
                name: "external_calendars",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "google_accounts",
                schema: "apps");
        }
    }
}
