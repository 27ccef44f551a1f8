using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Payments.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class PaymentRisk : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "risks",
                schema: "payments",
                columns: table => new
                {
                    payment_intent_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    flagged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lifted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    lifted_by = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("risks_key", x => x.payment_intent_id);
                    table.CheckConstraint("risks_lifted", "(lifted_at IS NULL) = (lifted_by IS NULL)");
                });

            migrationBuilder.CreateIndex(
                name: "risks_user",
                schema: "payments",
                table: "risks",
                column: "user_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "risks",
                schema: "payments");
        }
    }
}
