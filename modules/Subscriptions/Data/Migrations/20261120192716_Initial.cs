using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Subscriptions.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "subscriptions");

            migrationBuilder.CreateTable(
                name: "checkouts",
                schema: "subscriptions",
                columns: table => new
                {
                    stripe_session_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    wish = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("checkouts_key", x => x.stripe_session_id);
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "subscriptions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    payload = table.Column<string>(type: "jsonb", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    handled = table.Column<List<string>>(type: "text[]", nullable: false, defaultValueSql: "'{}'"),
                    attempts = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    parked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "plans",
                schema: "subscriptions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    description = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    monthly_credits = table.Column<int>(type: "integer", nullable: false),
                    price_monthly_euro_cents = table.Column<int>(type: "integer", nullable: false),
                    price_yearly_euro_cents = table.Column<int>(type: "integer", nullable: false),
                    stripe_price_id_monthly = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    stripe_price_id_yearly = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    stripe_product_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    features = table.Column<string>(type: "jsonb", nullable: false),
                    max_team_members = table.Column<int>(type: "integer", nullable: true),
                    max_organizations = table.Column<int>(type: "integer", nullable: true),
                    is_default = table.Column<bool>(type: "boolean", nullable: false),
                    is_enterprise = table.Column<bool>(type: "boolean", nullable: false),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    sort_order = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("plans_key", x => x.id);
                    table.CheckConstraint("plans_worth", "monthly_credits >= 0 AND price_monthly_euro_cents >= 0 AND price_yearly_euro_cents >= 0");
                });

            migrationBuilder.CreateTable(
                name: "plan_prices",
                schema: "subscriptions",
                columns: table => new
                {
                    stripe_price_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    plan_id = table.Column<Guid>(type: "uuid", nullable: false),
                    billing_interval = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("plan_prices_key", x => x.stripe_price_id);
                    table.CheckConstraint("plan_prices_interval", "billing_interval IN ('month', 'year')");
                    table.ForeignKey(
                        name: "plan_prices_plan",
                        column: x => x.plan_id,
                        principalSchema: "subscriptions",
                        principalTable: "plans",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "subscriptions",
                schema: "subscriptions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    plan_id = table.Column<Guid>(type: "uuid", nullable: false),
                    stripe_subscription_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    stripe_customer_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    stripe_price_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    billing_interval = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    current_period_start = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    current_period_end = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    cancel_at_period_end = table.Column<bool>(type: "boolean", nullable: false),
                    canceled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    trial_start = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    trial_end = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("subscriptions_key", x => x.id);
                    table.CheckConstraint("subscriptions_interval", "billing_interval IN ('month', 'year')");
                    table.CheckConstraint("subscriptions_status", "status IN ('active', 'canceled', 'past_due', 'unpaid', 'trialing', 'incomplete', 'incomplete_expired', 'paused')");
                    table.ForeignKey(
                        name: "subscriptions_plan",
                        column: x => x.plan_id,
                        principalSchema: "subscriptions",
                        principalTable: "plans",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "invoices",
                schema: "subscriptions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    subscription_id = table.Column<Guid>(type: "uuid", nullable: false),
                    stripe_invoice_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    stripe_customer_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    stripe_payment_intent_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    number = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    billing_reason = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    amount_due_euro_cents = table.Column<int>(type: "integer", nullable: false),
                    amount_paid_euro_cents = table.Column<int>(type: "integer", nullable: false),
                    currency = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    hosted_invoice_url = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    invoice_pdf_url = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    period_start = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    period_end = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    due_date = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    paid_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    year_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    year_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    covers_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    covers_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    monthly_credits = table.Column<int>(type: "integer", nullable: true),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("invoices_key", x => x.id);
                    table.ForeignKey(
                        name: "invoices_subscription",
                        column: x => x.subscription_id,
                        principalSchema: "subscriptions",
                        principalTable: "subscriptions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "plan_grants",
                schema: "subscriptions",
                columns: table => new
                {
                    business_key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    invoice_id = table.Column<Guid>(type: "uuid", nullable: false),
                    credits = table.Column<int>(type: "integer", nullable: false),
                    is_reversal = table.Column<bool>(type: "boolean", nullable: false),
                    description = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    month_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    booked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("plan_grants_key", x => x.business_key);
                    table.CheckConstraint("plan_grants_credits", "credits <> 0");
                    table.ForeignKey(
                        name: "plan_grants_invoice",
                        column: x => x.invoice_id,
                        principalSchema: "subscriptions",
                        principalTable: "invoices",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "checkouts_age",
                schema: "subscriptions",
                table: "checkouts",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "checkouts_user",
                schema: "subscriptions",
                table: "checkouts",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "invoices_intent",
                schema: "subscriptions",
                table: "invoices",
                column: "stripe_payment_intent_id",
                filter: "stripe_payment_intent_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "invoices_of_subscription",
                schema: "subscriptions",
                table: "invoices",
                column: "subscription_id");

            migrationBuilder.CreateIndex(
                name: "invoices_of_years",
                schema: "subscriptions",
                table: "invoices",
                column: "year_from",
                filter: "year_from IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "invoices_stripe",
                schema: "subscriptions",
                table: "invoices",
                column: "stripe_invoice_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "invoices_user",
                schema: "subscriptions",
                table: "invoices",
                columns: new[] { "user_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "outbox_due",
                schema: "subscriptions",
                table: "outbox",
                column: "next_attempt_at",
                filter: "parked_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "plan_grants_of",
                schema: "subscriptions",
                table: "plan_grants",
                column: "invoice_id");

            migrationBuilder.CreateIndex(
                name: "plan_grants_open",
                schema: "subscriptions",
                table: "plan_grants",
                column: "created_at",
                filter: "booked_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "plan_prices_of_plan",
                schema: "subscriptions",
                table: "plan_prices",
                column: "plan_id");

            migrationBuilder.CreateIndex(
                name: "plans_name",
                schema: "subscriptions",
                table: "plans",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "plans_one_default",
                schema: "subscriptions",
                table: "plans",
                column: "is_default",
                unique: true,
                filter: "is_default");

            migrationBuilder.CreateIndex(
                name: "subscriptions_of_plan",
                schema: "subscriptions",
                table: "subscriptions",
                column: "plan_id");

            migrationBuilder.CreateIndex(
                name: "subscriptions_one_live",
                schema: "subscriptions",
                table: "subscriptions",
                column: "user_id",
                unique: true,
                filter: "status IN ('active', 'trialing', 'past_due', 'unpaid', 'paused')");

            migrationBuilder.CreateIndex(
                name: "subscriptions_stripe",
                schema: "subscriptions",
                table: "subscriptions",
                column: "stripe_subscription_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "subscriptions_user",
                schema: "subscriptions",
                table: "subscriptions",
                columns: new[] { "user_id", "created_at" });

            foreach (var sql in SubscriptionsSchema.Initial)
                migrationBuilder.Sql(sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "checkouts",
                schema: "subscriptions");

            migrationBuilder.DropTable(
                name: "outbox",
                schema: "subscriptions");

            migrationBuilder.DropTable(
                name: "plan_grants",
                schema: "subscriptions");

            migrationBuilder.DropTable(
                name: "plan_prices",
                schema: "subscriptions");

            migrationBuilder.DropTable(
                name: "invoices",
                schema: "subscriptions");

            migrationBuilder.DropTable(
                name: "subscriptions",
                schema: "subscriptions");

            migrationBuilder.DropTable(
                name: "plans",
                schema: "subscriptions");
        }
    }
}
