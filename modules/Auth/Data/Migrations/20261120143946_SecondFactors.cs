using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class SecondFactors : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "verification_tokens_purpose",
                schema: "auth",
                table: "verification_tokens");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "second_factor_at",
                schema: "auth",
                table: "sessions",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "passkey_challenges",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    registration = table.Column<bool>(type: "boolean", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: true),
                    challenge = table.Column<byte[]>(type: "bytea", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("passkey_challenges_pkey", x => x.id);
                    table.ForeignKey(
                        name: "passkey_challenges_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "passkey_failures",
                schema: "auth",
                columns: table => new
                {
                    credential_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    blocked_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("passkey_failures_pkey", x => x.credential_hash);
                });

            migrationBuilder.CreateTable(
                name: "passkeys",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    credential_id = table.Column<string>(type: "text", nullable: false),
                    public_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    user_handle = table.Column<byte[]>(type: "bytea", nullable: true),
                    counter = table.Column<long>(type: "bigint", nullable: false),
                    device_type = table.Column<string>(type: "text", nullable: false),
                    backed_up = table.Column<bool>(type: "boolean", nullable: false),
                    transports = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    aaguid = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    flagged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("passkeys_pkey", x => x.id);
                    table.CheckConstraint("passkeys_device_type", "device_type IN ('singleDevice', 'multiDevice')");
                    table.ForeignKey(
                        name: "passkeys_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pending_sign_ins",
                schema: "auth",
                columns: table => new
                {
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    security_stamp = table.Column<string>(type: "text", nullable: true),
                    method = table.Column<string>(type: "text", nullable: false),
                    device_id = table.Column<string>(type: "text", nullable: true),
                    device_name = table.Column<string>(type: "text", nullable: true),
                    remember_me = table.Column<bool>(type: "boolean", nullable: false),
                    until_closed = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pending_sign_ins_pkey", x => x.token_hash);
                    table.ForeignKey(
                        name: "pending_sign_ins_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "trusted_devices",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    user_agent = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("trusted_devices_pkey", x => x.id);
                    table.ForeignKey(
                        name: "trusted_devices_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "two_factor",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    secret_encrypted = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    confirmed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_used_step = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("two_factor_pkey", x => x.id);
                    table.ForeignKey(
                        name: "two_factor_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "two_factor_backup_codes",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    salt = table.Column<byte[]>(type: "bytea", nullable: false),
                    code_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    case_sensitive = table.Column<bool>(type: "boolean", nullable: false),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("two_factor_backup_codes_pkey", x => x.id);
                    table.ForeignKey(
                        name: "two_factor_backup_codes_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.AddCheckConstraint(
                name: "verification_tokens_purpose",
                schema: "auth",
                table: "verification_tokens",
                sql: "purpose IN ('verification', 'reset', 'change', 'revert', 'magiclink')");

            migrationBuilder.CreateIndex(
                name: "passkey_challenges_expires_at",
                schema: "auth",
                table: "passkey_challenges",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "passkey_challenges_user_id",
                schema: "auth",
                table: "passkey_challenges",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "passkey_failures_since",
                schema: "auth",
                table: "passkey_failures",
                column: "since");

            migrationBuilder.CreateIndex(
                name: "passkeys_credential_id_key",
                schema: "auth",
                table: "passkeys",
                column: "credential_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "passkeys_user_id",
                schema: "auth",
                table: "passkeys",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "pending_sign_ins_expires_at",
                schema: "auth",
                table: "pending_sign_ins",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "pending_sign_ins_user_id",
                schema: "auth",
                table: "pending_sign_ins",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "trusted_devices_expires_at",
                schema: "auth",
                table: "trusted_devices",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "trusted_devices_token_hash_key",
                schema: "auth",
                table: "trusted_devices",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "trusted_devices_user_id",
                schema: "auth",
                table: "trusted_devices",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "two_factor_user_id_key",
                schema: "auth",
                table: "two_factor",
                column: "user_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "two_factor_backup_codes_user_id",
                schema: "auth",
                table: "two_factor_backup_codes",
                column: "user_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "passkey_challenges",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "passkey_failures",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "passkeys",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "pending_sign_ins",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "trusted_devices",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "two_factor",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "two_factor_backup_codes",
                schema: "auth");

            migrationBuilder.DropCheckConstraint(
                name: "verification_tokens_purpose",
                schema: "auth",
                table: "verification_tokens");

            migrationBuilder.DropColumn(
                name: "second_factor_at",
                schema: "auth",
                table: "sessions");

            migrationBuilder.AddCheckConstraint(
                name: "verification_tokens_purpose",
                schema: "auth",
                table: "verification_tokens",
                sql: "purpose IN ('verification', 'reset', 'change', 'revert')");
        }
    }
}
