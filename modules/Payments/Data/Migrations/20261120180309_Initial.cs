using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Payments.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "payments");

            migrationBuilder.CreateTable(
                name: "customer_aliases",
                schema: "payments",
                columns: table => new
                {
                    customer_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("customer_aliases_key", x => x.customer_id);
                });

            migrationBuilder.CreateTable(
                name: "customers",
                schema: "payments",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    livemode = table.Column<bool>(type: "boolean", nullable: false),
                    customer_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("customers_key", x => new { x.user_id, x.livemode });
                });

            migrationBuilder.CreateTable(
                name: "events",
                schema: "payments",
                columns: table => new
                {
                    event_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    api_version = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    livemode = table.Column<bool>(type: "boolean", nullable: false),
                    object_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    object_type = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    customer_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    stripe_created = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    payload = table.Column<string>(type: "jsonb", nullable: true),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    attempts = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_error = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    processed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    outcome = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    handled = table.Column<List<string>>(type: "text[]", nullable: false, defaultValueSql: "'{}'")
                },
                constraints: table =>
                {
                    table.PrimaryKey("events_key", x => x.event_id);
                    table.CheckConstraint("events_outcome", "(status = 'pending') = (outcome IS NULL)");
                    table.CheckConstraint("events_status", "status IN ('pending', 'processed', 'quarantined', 'dead')");
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "payments",
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
                name: "pull_marks",
                schema: "payments",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pull_marks_key", x => x.name);
                });

            migrationBuilder.CreateIndex(
                name: "customer_aliases_user",
                schema: "payments",
                table: "customer_aliases",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "customers_id",
                schema: "payments",
                table: "customers",
                column: "customer_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "events_customer",
                schema: "payments",
                table: "events",
                column: "customer_id",
                filter: "customer_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "events_due",
                schema: "payments",
                table: "events",
                column: "next_attempt_at",
                filter: "status = 'pending'");

            migrationBuilder.CreateIndex(
                name: "events_object",
                schema: "payments",
                table: "events",
                column: "object_id");

            migrationBuilder.CreateIndex(
                name: "events_payload",
                schema: "payments",
                table: "events",
                column: "received_at",
                filter: "payload IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "outbox_due",
                schema: "payments",
                table: "outbox",
                column: "next_attempt_at",
                filter: "parked_at IS NULL");

            foreach (var sql in PaymentsSchema.Initial)
                migrationBuilder.Sql(sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "customer_aliases",
                schema: "payments");

            migrationBuilder.DropTable(
                name: "customers",
                schema: "payments");

            migrationBuilder.DropTable(
                name: "events",
                schema: "payments");

            migrationBuilder.DropTable(
                name: "outbox",
                schema: "payments");

            migrationBuilder.DropTable(
                name: "pull_marks",
                schema: "payments");
        }
    }
}
