using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class SessionCookies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "active_organization_id",
                schema: "auth",
                table: "sessions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "token_hash",
                schema: "auth",
                table: "sessions",
                type: "bytea",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "sessions_active_organization_id",
                schema: "auth",
                table: "sessions",
                column: "active_organization_id");

            migrationBuilder.CreateIndex(
                name: "sessions_token_hash_key",
                schema: "auth",
                table: "sessions",
                column: "token_hash",
                unique: true);

            migrationBuilder.AddForeignKey(
                name: "sessions_active_organization_id_fkey",
                schema: "auth",
                table: "sessions",
                column: "active_organization_id",
                principalSchema: "auth",
                principalTable: "organizations",
                principalColumn: "id",
                onDelete: ReferentialAction.SetNull);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "sessions_active_organization_id_fkey",
                schema: "auth",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "sessions_active_organization_id",
                schema: "auth",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "sessions_token_hash_key",
                schema: "auth",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "active_organization_id",
                schema: "auth",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "token_hash",
                schema: "auth",
                table: "sessions");
        }
    }
}
