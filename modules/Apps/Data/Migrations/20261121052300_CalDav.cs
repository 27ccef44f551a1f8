using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Apps.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class CalDav : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "external_calendars_provider",
                schema: "apps",
                table: "external_calendars");

            migrationBuilder.AddColumn<Guid>(
                name: "dav_account_id",
                schema: "apps",
                table: "external_calendars",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "caldav_accounts",
                schema: "apps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    server = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    username = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    password = table.Column<byte[]>(type: "bytea", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("caldav_accounts_key", x => x.id);
                    table.CheckConstraint("caldav_accounts_state", "state IN ('connected', 'reauth_required')");
                });

            migrationBuilder.CreateTable(
                name: "caldav_objects",
                schema: "apps",
                columns: table => new
                {
                    external_id = table.Column<Guid>(type: "uuid", nullable: false),
                    href = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    e_tag = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    uid = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("caldav_objects_key", x => new { x.external_id, x.href });
                    table.ForeignKey(
                        name: "caldav_objects_calendar",
                        column: x => x.external_id,
                        principalSchema: "apps",
                        principalTable: "external_calendars",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "external_calendars_by_dav_account",
                schema: "apps",
                table: "external_calendars",
                column: "dav_account_id");

            migrationBuilder.AddCheckConstraint(
                name: "external_calendars_provider",
                schema: "apps",
                table: "external_calendars",
                sql: "(provider = 'google' AND account_id IS NOT NULL AND remote_id IS NOT NULL) OR (provider = 'ical_url' AND url IS NOT NULL) OR (provider IN ('caldav', 'apple') AND dav_account_id IS NOT NULL AND url IS NOT NULL)");

            migrationBuilder.CreateIndex(
                name: "caldav_accounts_of",
                schema: "apps",
                table: "caldav_accounts",
                column: "user_id");

            migrationBuilder.AddForeignKey(
                name: "external_calendars_dav_account",
                schema: "apps",
                table: "external_calendars",
                column: "dav_account_id",
                principalSchema: "apps",
                principalTable: "caldav_accounts",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "external_calendars_dav_account",
                schema: "apps",
                table: "external_calendars");

            migrationBuilder.DropTable(
                name: "caldav_accounts",
                schema: "apps");

            migrationBuilder.DropTable(
                name: "caldav_objects",
                schema: "apps");

            migrationBuilder.DropIndex(
                name: "external_calendars_by_dav_account",
                schema: "apps",
                table: "external_calendars");

            migrationBuilder.DropCheckConstraint(
                name: "external_calendars_provider",
                schema: "apps",
                table: "external_calendars");

            migrationBuilder.DropColumn(
                name: "dav_account_id",
                schema: "apps",
                table: "external_calendars");

            migrationBuilder.AddCheckConstraint(
                name: "external_calendars_provider",
                schema: "apps",
                table: "external_calendars",
                sql: "(provider = 'google' AND account_id IS NOT NULL AND remote_id IS NOT NULL) OR (provider = 'ical_url' AND url IS NOT NULL)");
        }
    }
}
