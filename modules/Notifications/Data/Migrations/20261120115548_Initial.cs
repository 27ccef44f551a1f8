using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Notifications.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "notify");

            migrationBuilder.CreateTable(
                name: "deliveries",
                schema: "notify",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    template = table.Column<string>(type: "text", nullable: false),
                    locale = table.Column<string>(type: "text", nullable: false),
                    recipient = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: true),
                    values = table.Column<string>(type: "jsonb", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_error = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("deliveries_pkey", x => x.id);
                    table.CheckConstraint("deliveries_state", "state IN ('queued', 'sending', 'sent', 'failed', 'suppressed', 'expired')");
                    table.CheckConstraint("deliveries_values", "values IS NOT NULL OR state NOT IN ('queued', 'sending')");
                });

            migrationBuilder.CreateTable(
                name: "suppressions",
                schema: "notify",
                columns: table => new
                {
                    address_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("suppressions_pkey", x => x.address_hash);
                });

            migrationBuilder.CreateIndex(
                name: "deliveries_created_at",
                schema: "notify",
                table: "deliveries",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "deliveries_due",
                schema: "notify",
                table: "deliveries",
                column: "next_attempt_at",
                filter: "state IN ('queued', 'sending')");

            migrationBuilder.CreateIndex(
                name: "deliveries_key_key",
                schema: "notify",
                table: "deliveries",
                column: "key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "deliveries_recipient",
                schema: "notify",
                table: "deliveries",
                columns: new[] { "recipient", "created_at" });

            migrationBuilder.CreateIndex(
                name: "deliveries_user_id",
                schema: "notify",
                table: "deliveries",
                column: "user_id",
                filter: "user_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "suppressions_until",
                schema: "notify",
                table: "suppressions",
                column: "until");

            migrationBuilder.Sql(NotificationsDbContext.WakeSql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "deliveries",
                schema: "notify");

            migrationBuilder.DropTable(
                name: "suppressions",
                schema: "notify");
        }
    }
}
