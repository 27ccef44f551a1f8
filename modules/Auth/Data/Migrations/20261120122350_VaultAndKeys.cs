using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class VaultAndKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "api_keys",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    key_prefix = table.Column<string>(type: "text", nullable: false),
                    key_hash = table.Column<string>(type: "text", nullable: false),
                    scopes = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'[\"stt\",\"tts\"]'"),
                    rate_limit_requests = table.Column<int>(type: "integer", nullable: false, defaultValueSql: "60"),
                    rate_limit_window = table.Column<int>(type: "integer", nullable: false, defaultValueSql: "60"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("api_keys_pkey", x => x.id);
                    table.CheckConstraint("api_keys_rate_limit", "rate_limit_requests > 0 AND rate_limit_window > 0");
                    table.CheckConstraint("api_keys_scopes", "jsonb_typeof(scopes) = 'array'");
                    table.ForeignKey(
                        name: "api_keys_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "encryption_vault_audit",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    ip_address = table.Column<string>(type: "text", nullable: true),
                    user_agent = table.Column<string>(type: "text", nullable: true),
                    context = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("encryption_vault_audit_pkey", x => x.id);
                    table.ForeignKey(
                        name: "encryption_vault_audit_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "encryption_vaults",
                schema: "auth",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false),
                    wrapped_mk = table.Column<string>(type: "text", nullable: true),
                    wrap_iv = table.Column<string>(type: "text", nullable: true),
                    format_version = table.Column<short>(type: "smallint", nullable: false, defaultValueSql: "1"),
                    kek_id = table.Column<string>(type: "text", nullable: false, defaultValueSql: "'env-v1'"),
                    recovery_wrapped_mk = table.Column<string>(type: "text", nullable: true),
                    recovery_iv = table.Column<string>(type: "text", nullable: true),
                    recovery_format_version = table.Column<short>(type: "smallint", nullable: false, defaultValueSql: "1"),
                    recovery_set_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    zero_knowledge = table.Column<bool>(type: "boolean", nullable: false, defaultValueSql: "false"),
                    mk_check = table.Column<byte[]>(type: "bytea", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    rotated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("encryption_vaults_pkey", x => x.user_id);
                    table.CheckConstraint("encryption_vaults_has_wrap", "wrapped_mk IS NOT NULL OR recovery_wrapped_mk IS NOT NULL");
                    table.CheckConstraint("encryption_vaults_mk_check", "octet_length(mk_check) = 16");
                    table.CheckConstraint("encryption_vaults_wrap_iv_pair", "(wrapped_mk IS NULL) = (wrap_iv IS NULL) AND (recovery_wrapped_mk IS NULL) = (recovery_iv IS NULL)");
                    table.CheckConstraint("encryption_vaults_zk_consistency", "NOT zero_knowledge OR (wrapped_mk IS NULL AND recovery_wrapped_mk IS NOT NULL)");
                    table.ForeignKey(
                        name: "encryption_vaults_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "mission_grants",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    mission_id = table.Column<string>(type: "text", nullable: false),
                    tables = table.Column<string[]>(type: "text[]", nullable: false),
                    record_count = table.Column<int>(type: "integer", nullable: false),
                    scope_hash = table.Column<string>(type: "text", nullable: false),
                    issued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("mission_grants_pkey", x => x.id);
                    table.CheckConstraint("mission_grants_lifetime", "expires_at > issued_at");
                    table.ForeignKey(
                        name: "mission_grants_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "api_keys_key_hash_key",
                schema: "auth",
                table: "api_keys",
                column: "key_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "api_keys_user_id",
                schema: "auth",
                table: "api_keys",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "encryption_vault_audit_created_at",
                schema: "auth",
                table: "encryption_vault_audit",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "encryption_vault_audit_user_id",
                schema: "auth",
                table: "encryption_vault_audit",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "mission_grants_user_id_mission_id",
                schema: "auth",
                table: "mission_grants",
                columns: new[] { "user_id", "mission_id" });

            migrationBuilder.Sql(VaultRowSecurity.Sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "encryption_vault_audit",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "encryption_vaults",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "mission_grants",
                schema: "auth");
        }
    }
}
