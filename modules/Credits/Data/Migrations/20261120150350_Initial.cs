using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Mana.Credits.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "credits");

            migrationBuilder.CreateTable(
                name: "accounts",
                schema: "credits",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    owner_type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    owner_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    kind = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    balance = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    floor = table.Column<long>(type: "bigint", nullable: true),
                    last_seq = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    head = table.Column<byte[]>(type: "bytea", nullable: false, defaultValueSql: "'\\x'"),
                    held = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    total_earned = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    total_spent = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    lines = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    frozen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("accounts_key", x => x.id);
                    table.CheckConstraint("accounts_counters", "kind <> 'available' OR balance + held = total_earned - total_spent");
                    table.CheckConstraint("accounts_floor", "balance >= floor");
                    table.CheckConstraint("accounts_floor_sign", "floor <= 0");
                    table.CheckConstraint("accounts_held", "held >= 0");
                    table.CheckConstraint("accounts_kind", "kind IN ('available', 'reserved', 'gift_escrow', 'guild_pool', 'stripe_clearing', 'plan_issuance', 'promo', 'usage_revenue',\n  'sync_revenue', 'clawback', 'forfeiture', 'adjustment')");
                    table.CheckConstraint("accounts_unbounded", "floor IS NOT NULL OR owner_type = 'system'");
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "audit_marks",
                schema: "credits",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("audit_marks_key", x => x.account_id);
                });

            migrationBuilder.CreateTable(
                name: "entries",
                schema: "credits",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    wallet = table.Column<long>(type: "bigint", nullable: true),
                    line = table.Column<long>(type: "bigint", nullable: true),
                    type = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    total_after = table.Column<long>(type: "bigint", nullable: false),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    description = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    metadata = table.Column<string>(type: "jsonb", nullable: true),
                    idempotency_key = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    business_key = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    refund_of = table.Column<Guid>(type: "uuid", nullable: true),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_by = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("entries_key", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "gift_codes",
                schema: "credits",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    creator_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    creator_name = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    total = table.Column<long>(type: "bigint", nullable: false),
                    is_redeemed = table.Column<bool>(type: "boolean", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    target_email = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    message = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entry_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("gift_codes_key", x => x.id);
                    table.CheckConstraint("gift_codes_redeemed", "is_redeemed = (status = 'depleted')");
                    table.CheckConstraint("gift_codes_status", "status IN ('active', 'depleted', 'expired', 'cancelled', 'refunded')");
                    table.CheckConstraint("gift_codes_total", "total BETWEEN 1000 AND 10000000 AND total % 1000 = 0");
                    table.CheckConstraint("gift_codes_type", "type IN ('simple', 'personalized')");
                });

            migrationBuilder.CreateTable(
                name: "idempotency",
                schema: "credits",
                columns: table => new
                {
                    wallet = table.Column<long>(type: "bigint", nullable: false),
                    operation = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    request = table.Column<byte[]>(type: "bytea", nullable: false),
                    result = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("idempotency_key", x => new { x.wallet, x.operation, x.key });
                });

            migrationBuilder.CreateTable(
                name: "ledger_audits",
                schema: "credits",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    is_full = table.Column<bool>(type: "boolean", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    accounts = table.Column<long>(type: "bigint", nullable: false),
                    problems = table.Column<string[]>(type: "text[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("ledger_audits_key", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "credits",
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
                name: "postings",
                schema: "credits",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    entry_id = table.Column<Guid>(type: "uuid", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    balance_after = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("postings_key", x => new { x.account_id, x.seq });
                    table.CheckConstraint("postings_amount", "amount <> 0 AND seq > 0");
                });

            migrationBuilder.CreateTable(
                name: "prices",
                schema: "credits",
                columns: table => new
                {
                    operation = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    valid_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    cost = table.Column<long>(type: "bigint", nullable: false),
                    unit = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    category = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    app = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("prices_key", x => new { x.operation, x.valid_from });
                    table.CheckConstraint("prices_cost", "cost >= 0");
                });

            migrationBuilder.CreateTable(
                name: "promo_months",
                schema: "credits",
                columns: table => new
                {
                    month = table.Column<DateOnly>(type: "date", nullable: false),
                    granted = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("promo_months_key", x => x.month);
                    table.CheckConstraint("promo_months_granted", "granted >= 0");
                });

            migrationBuilder.CreateTable(
                name: "reservations",
                schema: "credits",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    wallet = table.Column<long>(type: "bigint", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    captured = table.Column<long>(type: "bigint", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    resolved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    entry_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("reservations_key", x => x.id);
                    table.CheckConstraint("reservations_amount", "amount > 0 AND captured BETWEEN 0 AND amount");
                    table.CheckConstraint("reservations_settled", "(status = 'reserved') = (entry_id IS NULL)");
                    table.CheckConstraint("reservations_status", "status IN ('reserved', 'committed', 'refunded', 'expired')");
                });

            migrationBuilder.CreateTable(
                name: "sync_subscriptions",
                schema: "credits",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    interval = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    activated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    next_charge_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    anchor_day = table.Column<int>(type: "integer", nullable: false),
                    grace_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    paused_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    auto_resume = table.Column<bool>(type: "boolean", nullable: false),
                    cancel_at_period_end = table.Column<bool>(type: "boolean", nullable: false),
                    is_gifted = table.Column<bool>(type: "boolean", nullable: false),
                    gifted_by = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    gifted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("sync_subscriptions_key", x => x.user_id);
                    table.CheckConstraint("sync_anchor", "anchor_day BETWEEN 1 AND 31");
                    table.CheckConstraint("sync_gifted", "NOT is_gifted OR (active AND next_charge_at IS NULL)");
                    table.CheckConstraint("sync_interval", "interval IN ('monthly', 'quarterly', 'yearly')");
                });

            migrationBuilder.CreateTable(
                name: "usage_stats",
                schema: "credits",
                columns: table => new
                {
                    wallet = table.Column<long>(type: "bigint", nullable: false),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    uses = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("usage_stats_key", x => new { x.wallet, x.day, x.app_id });
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 70);

            migrationBuilder.CreateTable(
                name: "gift_redemptions",
                schema: "credits",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    gift_id = table.Column<Guid>(type: "uuid", nullable: false),
                    redeemer_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    credits = table.Column<long>(type: "bigint", nullable: false),
                    entry_id = table.Column<Guid>(type: "uuid", nullable: true),
                    source_app_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("gift_redemptions_key", x => x.id);
                    table.ForeignKey(
                        name: "gift_redemptions_gift",
                        column: x => x.gift_id,
                        principalSchema: "credits",
                        principalTable: "gift_codes",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "accounts_owner",
                schema: "credits",
                table: "accounts",
                columns: new[] { "owner_id", "kind", "owner_type" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "entries_admin",
                schema: "credits",
                table: "entries",
                column: "created_by",
                filter: "created_by LIKE 'admin:%'");

            migrationBuilder.CreateIndex(
                name: "entries_business_key",
                schema: "credits",
                table: "entries",
                column: "business_key",
                unique: true,
                filter: "business_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "entries_line",
                schema: "credits",
                table: "entries",
                columns: new[] { "wallet", "line" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "entries_refund_of",
                schema: "credits",
                table: "entries",
                column: "refund_of",
                filter: "refund_of IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "gift_codes_code",
                schema: "credits",
                table: "gift_codes",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "gift_codes_creator",
                schema: "credits",
                table: "gift_codes",
                columns: new[] { "creator_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "gift_codes_due",
                schema: "credits",
                table: "gift_codes",
                column: "expires_at",
                filter: "status = 'active'");

            migrationBuilder.CreateIndex(
                name: "gift_codes_target",
                schema: "credits",
                table: "gift_codes",
                column: "target_email",
                filter: "status = 'active' AND target_email IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "gift_redemptions_once",
                schema: "credits",
                table: "gift_redemptions",
                column: "gift_id",
                unique: true,
                filter: "status = 'success'");

            migrationBuilder.CreateIndex(
                name: "gift_redemptions_redeemer",
                schema: "credits",
                table: "gift_redemptions",
                columns: new[] { "redeemer_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "idempotency_age",
                schema: "credits",
                table: "idempotency",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "outbox_due",
                schema: "credits",
                table: "outbox",
                column: "next_attempt_at",
                filter: "parked_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "postings_entry",
                schema: "credits",
                table: "postings",
                columns: new[] { "entry_id", "account_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "reservations_due",
                schema: "credits",
                table: "reservations",
                column: "expires_at",
                filter: "status = 'reserved'");

            migrationBuilder.CreateIndex(
                name: "reservations_open",
                schema: "credits",
                table: "reservations",
                column: "wallet",
                filter: "status = 'reserved'");

            migrationBuilder.CreateIndex(
                name: "sync_due",
                schema: "credits",
                table: "sync_subscriptions",
                column: "next_charge_at",
                filter: "active AND NOT is_gifted");

            migrationBuilder.CreateIndex(
                name: "sync_paused",
                schema: "credits",
                table: "sync_subscriptions",
                column: "paused_at",
                filter: "paused_at IS NOT NULL AND auto_resume");

            foreach (var sql in CreditsSchema.Initial)
                migrationBuilder.Sql(sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "accounts",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "audit_marks",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "entries",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "gift_redemptions",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "idempotency",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "ledger_audits",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "outbox",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "postings",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "prices",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "promo_months",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "reservations",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "sync_subscriptions",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "usage_stats",
                schema: "credits");

            migrationBuilder.DropTable(
                name: "gift_codes",
                schema: "credits");
        }
    }
}
