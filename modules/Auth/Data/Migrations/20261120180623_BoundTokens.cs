using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class BoundTokens : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "key_thumbprint",
                schema: "auth",
                table: "refresh_tokens",
                type: "text",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "key_thumbprint",
                schema: "auth",
                table: "refresh_tokens");
        }
    }
}
