using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Accounts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "onboarding_completed_at",
                schema: "auth",
                table: "users",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "login_attempts",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    email_normalized = table.Column<string>(type: "text", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    ip_address = table.Column<string>(type: "text", nullable: true),
                    method = table.Column<string>(type: "text", nullable: false),
                    successful = table.Column<bool>(type: "boolean", nullable: true),
                    attempted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("login_attempts_pkey", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "login_locks",
                schema: "auth",
                columns: table => new
                {
                    email_normalized = table.Column<string>(type: "text", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    locked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    locked_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("login_locks_pkey", x => new { x.email_normalized, x.source });
                });

            migrationBuilder.CreateTable(
                name: "mail_allowances",
                schema: "auth",
                columns: table => new
                {
                    kind = table.Column<string>(type: "text", nullable: false),
                    email_normalized = table.Column<string>(type: "text", nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    spent = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("mail_allowances_pkey", x => new { x.kind, x.email_normalized });
                });

            migrationBuilder.CreateTable(
                name: "signup_days",
                schema: "auth",
                columns: table => new
                {
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    registered = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("signup_days_pkey", x => x.day);
                });

            migrationBuilder.CreateTable(
                name: "verification_tokens",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    purpose = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: true),
                    email_normalized = table.Column<string>(type: "text", nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    data = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    consumed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("verification_tokens_pkey", x => x.id);
                    table.CheckConstraint("verification_tokens_purpose", "purpose IN ('verification', 'reset', 'change', 'revert')");
                    table.ForeignKey(
                        name: "verification_tokens_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "login_attempts_attempted_at",
                schema: "auth",
                table: "login_attempts",
                column: "attempted_at");

            migrationBuilder.CreateIndex(
                name: "login_attempts_email_normalized",
                schema: "auth",
                table: "login_attempts",
                columns: new[] { "email_normalized", "attempted_at" });

            migrationBuilder.CreateIndex(
                name: "login_locks_locked_until",
                schema: "auth",
                table: "login_locks",
                column: "locked_until");

            migrationBuilder.CreateIndex(
                name: "mail_allowances_since",
                schema: "auth",
                table: "mail_allowances",
                column: "since");

            migrationBuilder.CreateIndex(
                name: "verification_tokens_expires_at",
                schema: "auth",
                table: "verification_tokens",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "verification_tokens_one_active",
                schema: "auth",
                table: "verification_tokens",
                columns: new[] { "purpose", "subject" },
                unique: true,
                filter: "consumed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "verification_tokens_token_hash_key",
                schema: "auth",
                table: "verification_tokens",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "verification_tokens_user_id",
                schema: "auth",
                table: "verification_tokens",
                column: "user_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "login_attempts",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "login_locks",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "mail_allowances",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "signup_days",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "verification_tokens",
                schema: "auth");

            migrationBuilder.DropColumn(
                name: "onboarding_completed_at",
                schema: "auth",
                table: "users");
        }
    }
}
