using System;
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

            migrationBuilder.AddColumn<DateTimeOffset[]>(
                name: "recent_submissions",
                schema: "feedback",
                table: "profiles",
                type: "timestamp with time zone[]",
                nullable: false,
                defaultValueSql: "'{}'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "called",
                schema: "feedback",
                table: "notifications");

            migrationBuilder.DropColumn(
                name: "recent_submissions",
                schema: "feedback",
                table: "profiles");
        }
    }
}
