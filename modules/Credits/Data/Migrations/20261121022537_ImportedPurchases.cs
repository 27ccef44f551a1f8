using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Credits.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class ImportedPurchases : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "is_imported",
                schema: "credits",
                table: "purchases",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            // What is paid and has no entry at this moment was taken over by an earlier import.
            migrationBuilder.Sql("""
                UPDATE credits.purchases p SET is_imported = true
                WHERE p.completed_at IS NOT NULL AND NOT EXISTS (SELECT FROM credits.entries e WHERE e.business_key = 'purchase:' || p.stripe_payment_intent_id)
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "is_imported",
                schema: "credits",
                table: "purchases");
        }
    }
}
