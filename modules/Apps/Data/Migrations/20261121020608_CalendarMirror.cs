using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Apps.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class CalendarMirror : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "direction",
                schema: "apps",
                table: "external_calendars",
                type: "text",
                nullable: false,
                defaultValue: "import",
                collation: "C");

            migrationBuilder.AddColumn<long>(
                name: "heard_position",
                schema: "apps",
                table: "external_calendars",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "mirrored_position",
                schema: "apps",
                table: "external_calendars",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "external_links",
                schema: "apps",
                columns: table => new
                {
                    external_id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    remote_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    e_tag = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    ours = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    theirs = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    refused = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("external_links_key", x => new { x.external_id, x.event_id });
                    table.ForeignKey(
                        name: "external_links_calendar",
                        column: x => x.external_id,
                        principalSchema: "apps",
                        principalTable: "external_calendars",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.AddCheckConstraint(
                name: "external_calendars_direction",
                schema: "apps",
                table: "external_calendars",
                sql: "direction = 'import' OR (provider = 'google' AND direction IN ('export', 'both'))");

            migrationBuilder.CreateIndex(
                name: "external_links_remote",
                schema: "apps",
                table: "external_links",
                columns: new[] { "external_id", "remote_id" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "external_links",
                schema: "apps");

            migrationBuilder.DropCheckConstraint(
                name: "external_calendars_direction",
                schema: "apps",
                table: "external_calendars");

            migrationBuilder.DropColumn(
                name: "direction",
                schema: "apps",
                table: "external_calendars");

            migrationBuilder.DropColumn(
                name: "heard_position",
                schema: "apps",
                table: "external_calendars");

            migrationBuilder.DropColumn(
                name: "mirrored_position",
                schema: "apps",
                table: "external_calendars");
        }
    }
}
