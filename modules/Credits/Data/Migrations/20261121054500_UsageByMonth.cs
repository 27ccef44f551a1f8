using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Credits.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class UsageByMonth : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "imported_at",
                schema: "credits",
                table: "sync_subscriptions",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.Sql(UsageFunctions.Sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION credits.compact_usage(date, integer);");

            migrationBuilder.DropColumn(
                name: "imported_at",
                schema: "credits",
                table: "sync_subscriptions");
        }
    }
}
