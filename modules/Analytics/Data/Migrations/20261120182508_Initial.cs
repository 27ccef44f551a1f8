using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Analytics.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "feedback");

            migrationBuilder.CreateTable(
                name: "daily_metrics",
                schema: "feedback",
                columns: table => new
                {
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    label = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    value = table.Column<long>(type: "bigint", nullable: false),
                    computed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("daily_metrics_key", x => new { x.day, x.name, x.label });
                });

            migrationBuilder.CreateTable(
                name: "grant_log",
                schema: "feedback",
                columns: table => new
                {
                    feedback_id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    reason = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    state = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    granted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("grant_log_key", x => new { x.feedback_id, x.user_id, x.reason });
                    table.CheckConstraint("grant_log_state", "state IN ('pending', 'granted', 'refused')");
                });

            migrationBuilder.CreateTable(
                name: "items",
                schema: "feedback",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    title = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    feedback_text = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    category = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    is_public = table.Column<bool>(type: "boolean", nullable: false),
                    admin_response = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    display_hash = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    display_name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    module_context = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    parent_id = table.Column<Guid>(type: "uuid", nullable: true),
                    reactions = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'{}'"),
                    score = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    device_info = table.Column<string>(type: "jsonb", nullable: true),
                    title_due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    title_attempts = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    deleted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("items_key", x => x.id);
                    table.CheckConstraint("items_category", "category IN ('bug', 'feature', 'improvement', 'question', 'praise', 'onboarding-wish', 'other')");
                    table.CheckConstraint("items_status", "status IN ('submitted', 'under_review', 'planned', 'in_progress', 'completed', 'declined')");
                    table.CheckConstraint("items_text", "deleted_at IS NOT NULL OR feedback_text <> ''");
                    table.ForeignKey(
                        name: "items_parent",
                        column: x => x.parent_id,
                        principalSchema: "feedback",
                        principalTable: "items",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "feedback",
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
                name: "profiles",
                schema: "feedback",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    display_hash = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    display_name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    karma = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    show_real_name = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("profiles_key", x => x.user_id);
                    table.CheckConstraint("profiles_karma", "karma >= 0");
                });

            migrationBuilder.CreateTable(
                name: "notifications",
                schema: "feedback",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    feedback_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    title = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    body = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    credits_awarded = table.Column<int>(type: "integer", nullable: false),
                    read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("notifications_key", x => x.id);
                    table.ForeignKey(
                        name: "notifications_item",
                        column: x => x.feedback_id,
                        principalSchema: "feedback",
                        principalTable: "items",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "reactions",
                schema: "feedback",
                columns: table => new
                {
                    feedback_id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    emoji = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    rewarded = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("reactions_key", x => new { x.feedback_id, x.user_id, x.emoji });
                    table.CheckConstraint("reactions_emoji", "emoji IN ('👍', '❤️', '🚀', '🤔', '🎉')");
                    table.ForeignKey(
                        name: "reactions_item",
                        column: x => x.feedback_id,
                        principalSchema: "feedback",
                        principalTable: "items",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "grant_log_age",
                schema: "feedback",
                table: "grant_log",
                column: "granted_at");

            migrationBuilder.CreateIndex(
                name: "grant_log_person",
                schema: "feedback",
                table: "grant_log",
                columns: new[] { "user_id", "granted_at" });

            migrationBuilder.CreateIndex(
                name: "items_author",
                schema: "feedback",
                table: "items",
                columns: new[] { "user_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "items_newest",
                schema: "feedback",
                table: "items",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "items_pseudonym",
                schema: "feedback",
                table: "items",
                columns: new[] { "display_hash", "created_at" });

            migrationBuilder.CreateIndex(
                name: "items_replies",
                schema: "feedback",
                table: "items",
                columns: new[] { "parent_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "items_title_due",
                schema: "feedback",
                table: "items",
                column: "title_due_at",
                filter: "title_due_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "notifications_bonus_once",
                schema: "feedback",
                table: "notifications",
                columns: new[] { "user_id", "feedback_id" },
                unique: true,
                filter: "kind = 'reactioner_bonus'");

            migrationBuilder.CreateIndex(
                name: "notifications_of_item",
                schema: "feedback",
                table: "notifications",
                column: "feedback_id");

            migrationBuilder.CreateIndex(
                name: "notifications_person",
                schema: "feedback",
                table: "notifications",
                columns: new[] { "user_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "notifications_unread",
                schema: "feedback",
                table: "notifications",
                columns: new[] { "user_id", "created_at" },
                filter: "read_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "outbox_due",
                schema: "feedback",
                table: "outbox",
                column: "next_attempt_at",
                filter: "parked_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "profiles_hash",
                schema: "feedback",
                table: "profiles",
                column: "display_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "reactions_person",
                schema: "feedback",
                table: "reactions",
                columns: new[] { "user_id", "created_at" });

            foreach (var sql in AnalyticsSchema.Initial)
                migrationBuilder.Sql(sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "daily_metrics",
                schema: "feedback");

            migrationBuilder.DropTable(
                name: "grant_log",
                schema: "feedback");

            migrationBuilder.DropTable(
                name: "notifications",
                schema: "feedback");

            migrationBuilder.DropTable(
                name: "outbox",
                schema: "feedback");

            migrationBuilder.DropTable(
                name: "profiles",
                schema: "feedback");

            migrationBuilder.DropTable(
                name: "reactions",
                schema: "feedback");

            migrationBuilder.DropTable(
                name: "items",
                schema: "feedback");
        }
    }
}
