using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class AcceptedSignUps : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "accepted",
                schema: "auth",
                table: "signup_days",
                type: "integer",
                nullable: false,
                defaultValue: 0);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "accepted",
                schema: "auth",
                table: "signup_days");
        }
    }
}
