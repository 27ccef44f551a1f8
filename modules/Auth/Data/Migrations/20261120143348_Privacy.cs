using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Privacy : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "content_digest",
                schema: "auth",
                table: "security_events",
                type: "bytea",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "erasures",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: true),
                    wish = table.Column<string>(type: "jsonb", nullable: true),
                    locale = table.Column<string>(type: "text", nullable: false),
                    sessions = table.Column<int>(type: "integer", nullable: false),
                    accounts = table.Column<int>(type: "integer", nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    erased_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("erasures_pkey", x => x.id);
                    table.CheckConstraint("erasures_forgotten", "finished_at IS NULL OR (user_id IS NULL AND wish IS NULL)");
                });

            migrationBuilder.CreateTable(
                name: "erasure_steps",
                schema: "auth",
                columns: table => new
                {
                    erasure_id = table.Column<string>(type: "text", nullable: false),
                    module = table.Column<string>(type: "text", nullable: false),
                    deleted_count = table.Column<long>(type: "bigint", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    last_error = table.Column<string>(type: "text", nullable: true),
                    done_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("erasure_steps_pkey", x => new { x.erasure_id, x.module });
                    table.ForeignKey(
                        name: "erasure_steps_erasure_id_fkey",
                        column: x => x.erasure_id,
                        principalSchema: "auth",
                        principalTable: "erasures",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "security_events_full_address",
                schema: "auth",
                table: "security_events",
                column: "created_at",
                filter: "ip_address IS NOT NULL AND strpos(ip_address, '/') = 0");

            migrationBuilder.CreateIndex(
                name: "erasures_due",
                schema: "auth",
                table: "erasures",
                column: "next_attempt_at",
                filter: "finished_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "erasures_subject_key",
                schema: "auth",
                table: "erasures",
                column: "subject",
                unique: true);

            migrationBuilder.Sql(VaultAuditRetention.Sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP POLICY encryption_vault_audit_retention ON auth.encryption_vault_audit");

            migrationBuilder.DropTable(
                name: "erasure_steps",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "erasures",
                schema: "auth");

            migrationBuilder.DropIndex(
                name: "security_events_full_address",
                schema: "auth",
                table: "security_events");

            migrationBuilder.DropColumn(
                name: "content_digest",
                schema: "auth",
                table: "security_events");
        }
    }
}
