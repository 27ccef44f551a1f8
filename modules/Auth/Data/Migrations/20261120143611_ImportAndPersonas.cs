using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class ImportAndPersonas : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "import_runs",
                schema: "auth",
                columns: table => new
                {
                    run = table.Column<long>(type: "bigint", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("import_runs_pkey", x => x.run);
                });

            migrationBuilder.CreateTable(
                name: "imported_rows",
                schema: "auth",
                columns: table => new
                {
                    table_name = table.Column<string>(type: "text", nullable: false),
                    row_digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    run = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("imported_rows_pkey", x => new { x.table_name, x.row_digest });
                });

            migrationBuilder.CreateTable(
                name: "personas",
                schema: "auth",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false),
                    archetype = table.Column<string>(type: "text", nullable: false),
                    system_prompt = table.Column<string>(type: "text", nullable: false),
                    module_mix = table.Column<string>(type: "jsonb", nullable: false),
                    tick_cadence = table.Column<string>(type: "text", nullable: false),
                    last_active_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("personas_pkey", x => x.user_id);
                    table.CheckConstraint("personas_module_mix", "jsonb_typeof(module_mix) = 'object'");
                    table.CheckConstraint("personas_tick_cadence", "tick_cadence IN ('daily', 'weekdays', 'hourly')");
                    table.ForeignKey(
                        name: "personas_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "persona_actions",
                schema: "auth",
                columns: table => new
                {
                    persona_id = table.Column<string>(type: "text", nullable: false),
                    id = table.Column<string>(type: "text", nullable: false),
                    tick_id = table.Column<string>(type: "text", nullable: false),
                    tool_name = table.Column<string>(type: "text", nullable: false),
                    input_hash = table.Column<string>(type: "text", nullable: true),
                    result = table.Column<string>(type: "text", nullable: false),
                    error_message = table.Column<string>(type: "text", nullable: true),
                    latency_ms = table.Column<int>(type: "integer", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("persona_actions_pkey", x => new { x.persona_id, x.id });
                    table.CheckConstraint("persona_actions_result", "result IN ('ok', 'error')");
                    table.ForeignKey(
                        name: "persona_actions_persona_id_fkey",
                        column: x => x.persona_id,
                        principalSchema: "auth",
                        principalTable: "personas",
                        principalColumn: "user_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "persona_feedback",
                schema: "auth",
                columns: table => new
                {
                    persona_id = table.Column<string>(type: "text", nullable: false),
                    id = table.Column<string>(type: "text", nullable: false),
                    tick_id = table.Column<string>(type: "text", nullable: false),
                    module = table.Column<string>(type: "text", nullable: false),
                    rating = table.Column<short>(type: "smallint", nullable: false),
                    notes = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("persona_feedback_pkey", x => new { x.persona_id, x.id });
                    table.CheckConstraint("persona_feedback_rating", "rating BETWEEN 1 AND 5");
                    table.ForeignKey(
                        name: "persona_feedback_persona_id_fkey",
                        column: x => x.persona_id,
                        principalSchema: "auth",
                        principalTable: "personas",
                        principalColumn: "user_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "persona_actions_persona_id_created_at",
                schema: "auth",
                table: "persona_actions",
                columns: new[] { "persona_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "persona_actions_tick_id",
                schema: "auth",
                table: "persona_actions",
                column: "tick_id");

            migrationBuilder.CreateIndex(
                name: "persona_feedback_module_created_at",
                schema: "auth",
                table: "persona_feedback",
                columns: new[] { "module", "created_at" });

            migrationBuilder.CreateIndex(
                name: "persona_feedback_persona_id_created_at",
                schema: "auth",
                table: "persona_feedback",
                columns: new[] { "persona_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "personas_archetype",
                schema: "auth",
                table: "personas",
                column: "archetype");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "import_runs",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "imported_rows",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "persona_actions",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "persona_feedback",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "personas",
                schema: "auth");
        }
    }
}
