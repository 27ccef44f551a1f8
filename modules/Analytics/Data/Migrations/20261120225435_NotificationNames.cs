using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Analytics.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class NotificationNames : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "called",
                schema: "feedback",
                table: "notifications",
                type: "text",
                nullable: true,
                collation: "C");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "called",
                schema: "feedback",
                table: "notifications");
        }
    }
}
