using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class OpenIdConnect : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "oauth_clients",
                schema: "auth",
                columns: table => new
                {
                    client_id = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    native = table.Column<bool>(type: "boolean", nullable: false),
                    redirect_uris = table.Column<List<string>>(type: "text[]", nullable: false),
                    post_logout_redirect_uris = table.Column<List<string>>(type: "text[]", nullable: false),
                    allowed_scopes = table.Column<List<string>>(type: "text[]", nullable: false),
                    grant_types = table.Column<List<string>>(type: "text[]", nullable: false),
                    token_endpoint_auth_method = table.Column<string>(type: "text", nullable: false),
                    id_token_signed_response_alg = table.Column<string>(type: "text", nullable: false),
                    require_pkce = table.Column<bool>(type: "boolean", nullable: false),
                    require_pushed_requests = table.Column<bool>(type: "boolean", nullable: false),
                    dpop_bound = table.Column<bool>(type: "boolean", nullable: false),
                    skip_consent = table.Column<bool>(type: "boolean", nullable: false),
                    claims_in_id_token = table.Column<bool>(type: "boolean", nullable: false),
                    backchannel_logout_uri = table.Column<string>(type: "text", nullable: true),
                    jwks = table.Column<string>(type: "jsonb", nullable: true),
                    access_token_ttl = table.Column<int>(type: "integer", nullable: false),
                    refresh_token_ttl = table.Column<int>(type: "integer", nullable: false),
                    disabled = table.Column<bool>(type: "boolean", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("oauth_clients_pkey", x => x.client_id);
                    table.CheckConstraint("oauth_clients_source", "source IN ('configuration', 'admin', 'registration')");
                    table.CheckConstraint("oauth_clients_ttl", "access_token_ttl > 0 AND refresh_token_ttl > 0");
                    table.CheckConstraint("oauth_clients_type", "type IN ('confidential', 'public')");
                });

            migrationBuilder.CreateTable(
                name: "oauth_used_ids",
                schema: "auth",
                columns: table => new
                {
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("oauth_used_ids_pkey", x => x.digest);
                });

            migrationBuilder.CreateTable(
                name: "oauth_client_secrets",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    client_id = table.Column<string>(type: "text", nullable: false),
                    secret_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    configured = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("oauth_client_secrets_pkey", x => x.id);
                    table.ForeignKey(
                        name: "oauth_client_secrets_client_id_fkey",
                        column: x => x.client_id,
                        principalSchema: "auth",
                        principalTable: "oauth_clients",
                        principalColumn: "client_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "oauth_consents",
                schema: "auth",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false),
                    client_id = table.Column<string>(type: "text", nullable: false),
                    scopes = table.Column<List<string>>(type: "text[]", nullable: false),
                    granted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("oauth_consents_pkey", x => new { x.user_id, x.client_id });
                    table.ForeignKey(
                        name: "oauth_consents_client_id_fkey",
                        column: x => x.client_id,
                        principalSchema: "auth",
                        principalTable: "oauth_clients",
                        principalColumn: "client_id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "oauth_consents_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "oauth_grants",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    client_id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    session_id = table.Column<string>(type: "text", nullable: false),
                    scopes = table.Column<List<string>>(type: "text[]", nullable: false),
                    auth_time = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    amr = table.Column<List<string>>(type: "text[]", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_reason = table.Column<string>(type: "text", nullable: true),
                    logout_owed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("oauth_grants_pkey", x => x.id);
                    table.ForeignKey(
                        name: "oauth_grants_client_id_fkey",
                        column: x => x.client_id,
                        principalSchema: "auth",
                        principalTable: "oauth_clients",
                        principalColumn: "client_id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "oauth_grants_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "oauth_requests",
                schema: "auth",
                columns: table => new
                {
                    id_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    client_id = table.Column<string>(type: "text", nullable: true),
                    parameters = table.Column<string>(type: "jsonb", nullable: false),
                    browser_hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    auth_after = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    consumed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("oauth_requests_pkey", x => x.id_hash);
                    table.CheckConstraint("oauth_requests_kind", "kind IN ('authorize', 'pushed', 'logout')");
                    table.ForeignKey(
                        name: "oauth_requests_client_id_fkey",
                        column: x => x.client_id,
                        principalSchema: "auth",
                        principalTable: "oauth_clients",
                        principalColumn: "client_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "oauth_codes",
                schema: "auth",
                columns: table => new
                {
                    code_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    grant_id = table.Column<string>(type: "text", nullable: false),
                    redirect_uri = table.Column<string>(type: "text", nullable: false),
                    code_challenge = table.Column<string>(type: "text", nullable: true),
                    nonce = table.Column<string>(type: "text", nullable: true),
                    dpop_jkt = table.Column<string>(type: "text", nullable: true),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("oauth_codes_pkey", x => x.code_hash);
                    table.ForeignKey(
                        name: "oauth_codes_grant_id_fkey",
                        column: x => x.grant_id,
                        principalSchema: "auth",
                        principalTable: "oauth_grants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "oauth_device_codes",
                schema: "auth",
                columns: table => new
                {
                    device_code_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    user_code = table.Column<string>(type: "text", nullable: false),
                    client_id = table.Column<string>(type: "text", nullable: false),
                    scopes = table.Column<List<string>>(type: "text[]", nullable: false),
                    grant_id = table.Column<string>(type: "text", nullable: true),
                    denied_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_polled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    poll_interval = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("oauth_device_codes_pkey", x => x.device_code_hash);
                    table.ForeignKey(
                        name: "oauth_device_codes_client_id_fkey",
                        column: x => x.client_id,
                        principalSchema: "auth",
                        principalTable: "oauth_clients",
                        principalColumn: "client_id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "oauth_device_codes_grant_id_fkey",
                        column: x => x.grant_id,
                        principalSchema: "auth",
                        principalTable: "oauth_grants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "oauth_tokens",
                schema: "auth",
                columns: table => new
                {
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    client_id = table.Column<string>(type: "text", nullable: false),
                    grant_id = table.Column<string>(type: "text", nullable: true),
                    scopes = table.Column<List<string>>(type: "text[]", nullable: false),
                    dpop_jkt = table.Column<string>(type: "text", nullable: true),
                    issued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("oauth_tokens_pkey", x => x.token_hash);
                    table.CheckConstraint("oauth_tokens_kind", "kind IN ('access', 'refresh')");
                    table.ForeignKey(
                        name: "oauth_tokens_client_id_fkey",
                        column: x => x.client_id,
                        principalSchema: "auth",
                        principalTable: "oauth_clients",
                        principalColumn: "client_id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "oauth_tokens_grant_id_fkey",
                        column: x => x.grant_id,
                        principalSchema: "auth",
                        principalTable: "oauth_grants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "oauth_client_secrets_client_id",
                schema: "auth",
                table: "oauth_client_secrets",
                column: "client_id");

            migrationBuilder.CreateIndex(
                name: "oauth_codes_expires_at",
                schema: "auth",
                table: "oauth_codes",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "oauth_codes_grant_id",
                schema: "auth",
                table: "oauth_codes",
                column: "grant_id");

            migrationBuilder.CreateIndex(
                name: "oauth_consents_client_id",
                schema: "auth",
                table: "oauth_consents",
                column: "client_id");

            migrationBuilder.CreateIndex(
                name: "oauth_device_codes_client_id",
                schema: "auth",
                table: "oauth_device_codes",
                column: "client_id");

            migrationBuilder.CreateIndex(
                name: "oauth_device_codes_expires_at",
                schema: "auth",
                table: "oauth_device_codes",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "oauth_device_codes_grant_id",
                schema: "auth",
                table: "oauth_device_codes",
                column: "grant_id");

            migrationBuilder.CreateIndex(
                name: "oauth_device_codes_user_code_key",
                schema: "auth",
                table: "oauth_device_codes",
                column: "user_code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "oauth_grants_client_id",
                schema: "auth",
                table: "oauth_grants",
                column: "client_id");

            migrationBuilder.CreateIndex(
                name: "oauth_grants_session_id",
                schema: "auth",
                table: "oauth_grants",
                column: "session_id");

            migrationBuilder.CreateIndex(
                name: "oauth_grants_user_id_client_id",
                schema: "auth",
                table: "oauth_grants",
                columns: new[] { "user_id", "client_id" });

            migrationBuilder.CreateIndex(
                name: "oauth_requests_client_id",
                schema: "auth",
                table: "oauth_requests",
                column: "client_id");

            migrationBuilder.CreateIndex(
                name: "oauth_requests_expires_at",
                schema: "auth",
                table: "oauth_requests",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "oauth_tokens_client_id",
                schema: "auth",
                table: "oauth_tokens",
                column: "client_id");

            migrationBuilder.CreateIndex(
                name: "oauth_tokens_expires_at",
                schema: "auth",
                table: "oauth_tokens",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "oauth_tokens_grant_id",
                schema: "auth",
                table: "oauth_tokens",
                column: "grant_id");

            migrationBuilder.CreateIndex(
                name: "oauth_used_ids_expires_at",
                schema: "auth",
                table: "oauth_used_ids",
                column: "expires_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "oauth_client_secrets",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "oauth_codes",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "oauth_consents",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "oauth_device_codes",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "oauth_requests",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "oauth_tokens",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "oauth_used_ids",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "oauth_grants",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "oauth_clients",
                schema: "auth");
        }
    }
}
