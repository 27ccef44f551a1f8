using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class ResourceServers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "jwks_uri",
                schema: "auth",
                table: "oauth_clients",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<List<string>>(
                name: "resource_scopes",
                schema: "auth",
                table: "oauth_clients",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddCheckConstraint(
                name: "oauth_clients_keys",
                schema: "auth",
                table: "oauth_clients",
                sql: "jwks IS NULL OR jwks_uri IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "oauth_clients_keys",
                schema: "auth",
                table: "oauth_clients");

            migrationBuilder.DropColumn(
                name: "jwks_uri",
                schema: "auth",
                table: "oauth_clients");

            migrationBuilder.DropColumn(
                name: "resource_scopes",
                schema: "auth",
                table: "oauth_clients");
        }
    }
}
