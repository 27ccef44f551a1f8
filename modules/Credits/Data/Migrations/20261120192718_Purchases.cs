using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Credits.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Purchases : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "packages",
                schema: "credits",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    description = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    credits = table.Column<int>(type: "integer", nullable: false),
                    price_euro_cents = table.Column<int>(type: "integer", nullable: false),
                    stripe_price_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    sort_order = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("packages_key", x => x.id);
                    table.CheckConstraint("packages_worth", "credits > 0 AND price_euro_cents >= 50");
                });

            migrationBuilder.CreateTable(
                name: "purchases",
                schema: "credits",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    package_id = table.Column<Guid>(type: "uuid", nullable: false),
                    credits = table.Column<int>(type: "integer", nullable: false),
                    price_euro_cents = table.Column<int>(type: "integer", nullable: false),
                    on_page = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    stripe_payment_intent_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    stripe_session_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    stripe_customer_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    metadata = table.Column<string>(type: "jsonb", nullable: true),
                    idempotency_key = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    payment_method_type = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    failure_code = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    failure_message = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    mismatch = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    looked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    disputed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("purchases_key", x => x.id);
                    table.CheckConstraint("purchases_completed", "(completed_at IS NOT NULL) = (status IN ('completed', 'partially_refunded', 'refunded', 'disputed'))");
                    table.CheckConstraint("purchases_status", "status IN ('pending', 'processing', 'completed', 'partially_refunded', 'refunded', 'disputed', 'failed', 'cancelled')");
                    table.CheckConstraint("purchases_worth", "credits > 0 AND price_euro_cents > 0");
                    table.ForeignKey(
                        name: "purchases_package",
                        column: x => x.package_id,
                        principalSchema: "credits",
                        principalTable: "packages",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "purchase_reversals",
                schema: "credits",
                columns: table => new
                {
                    business_key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    purchase_id = table.Column<Guid>(type: "uuid", nullable: false),
                    credits = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("purchase_reversals_key", x => x.business_key);
                    table.CheckConstraint("purchase_reversals_credits", "credits <> 0");
                    table.ForeignKey(
                        name: "purchase_reversals_purchase",
                        column: x => x.purchase_id,
                        principalSchema: "credits",
                        principalTable: "purchases",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "packages_name",
                schema: "credits",
                table: "packages",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "purchase_reversals_of",
                schema: "credits",
                table: "purchase_reversals",
                column: "purchase_id");

            migrationBuilder.CreateIndex(
                name: "purchases_intent",
                schema: "credits",
                table: "purchases",
                column: "stripe_payment_intent_id",
                unique: true,
                filter: "stripe_payment_intent_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "purchases_of_package",
                schema: "credits",
                table: "purchases",
                column: "package_id");

            migrationBuilder.CreateIndex(
                name: "purchases_once",
                schema: "credits",
                table: "purchases",
                columns: new[] { "user_id", "idempotency_key" },
                unique: true,
                filter: "idempotency_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "purchases_open",
                schema: "credits",
                table: "purchases",
                column: "created_at",
                filter: "status IN ('pending', 'processing', 'failed')");

            migrationBuilder.CreateIndex(
                name: "purchases_session",
                schema: "credits",
                table: "purchases",
                column: "stripe_session_id",
                unique: true,
                filter: "stripe_session_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "purchases_user",
                schema: "credits",
                table: "purchases",
                columns: new[] { "user_id", "created_at" });

            foreach (var sql in CreditsSchema.Purchases)
                migrationBuilder.Sql(sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "purchase_reversals",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "purchases",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "packages",
                schema: "credits");
        }
    }
}
