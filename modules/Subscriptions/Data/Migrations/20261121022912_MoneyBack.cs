using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Subscriptions.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class MoneyBack : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "paid_until",
                schema: "subscriptions",
                table: "subscriptions",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.AddColumn<bool>(
                name: "is_disputed",
                schema: "subscriptions",
                table: "invoices",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "prorations",
                schema: "subscriptions",
                table: "invoices",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "refunded_euro_cents",
                schema: "subscriptions",
                table: "invoices",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "total_euro_cents",
                schema: "subscriptions",
                table: "invoices",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            foreach (var sql in SubscriptionsSchema.MoneyBack)
                migrationBuilder.Sql(sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "paid_until",
                schema: "subscriptions",
                table: "subscriptions");

            migrationBuilder.DropColumn(
                name: "is_disputed",
                schema: "subscriptions",
                table: "invoices");

            migrationBuilder.DropColumn(
                name: "prorations",
                schema: "subscriptions",
                table: "invoices");

            migrationBuilder.DropColumn(
                name: "refunded_euro_cents",
                schema: "subscriptions",
                table: "invoices");

            migrationBuilder.DropColumn(
                name: "total_euro_cents",
                schema: "subscriptions",
                table: "invoices");
        }
    }
}
