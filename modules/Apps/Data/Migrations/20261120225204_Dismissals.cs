using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Apps.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Dismissals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "reminder_instances_state",
                schema: "apps",
                table: "reminder_instances");

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                schema: "apps",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    route = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    request = table.Column<byte[]>(type: "bytea", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: true),
                    content_type = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    answer = table.Column<byte[]>(type: "bytea", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("idempotency_keys_key", x => new { x.user_id, x.route, x.key });
                });

            migrationBuilder.AddCheckConstraint(
                name: "reminder_instances_state",
                schema: "apps",
                table: "reminder_instances",
                sql: "state IN ('pending', 'snoozed', 'claimed', 'done', 'cancelled', 'missed', 'dismissed')");

            migrationBuilder.CreateIndex(
                name: "idempotency_keys_started",
                schema: "apps",
                table: "idempotency_keys",
                column: "started_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "idempotency_keys",
                schema: "apps");

            migrationBuilder.DropCheckConstraint(
                name: "reminder_instances_state",
                schema: "apps",
                table: "reminder_instances");

            migrationBuilder.AddCheckConstraint(
                name: "reminder_instances_state",
                schema: "apps",
                table: "reminder_instances",
                sql: "state IN ('pending', 'snoozed', 'claimed', 'done', 'cancelled', 'missed')");
        }
    }
}
