using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Users.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "users");

            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "users",
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
                name: "settings",
                schema: "users",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    global = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'{}'"),
                    apps = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'{}'"),
                    devices = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'{}'"),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("settings_key", x => x.user_id);
                    table.CheckConstraint("settings_objects", "jsonb_typeof(global) = 'object' AND jsonb_typeof(apps) = 'object' AND jsonb_typeof(devices) = 'object'");
                });

            migrationBuilder.CreateTable(
                name: "tag_groups",
                schema: "users",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    color = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    icon = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    sort_order = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("tag_groups_key", x => x.id);
                    table.UniqueConstraint("tag_groups_owner", x => new { x.id, x.user_id });
                });

            migrationBuilder.CreateTable(
                name: "tags",
                schema: "users",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    color = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    icon = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    group_id = table.Column<Guid>(type: "uuid", nullable: true),
                    sort_order = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("tags_key", x => x.id);
                    table.UniqueConstraint("tags_owner", x => new { x.id, x.user_id });
                });

            migrationBuilder.CreateTable(
                name: "tag_links",
                schema: "users",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tag_id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    entity_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    entity_type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("tag_links_key", x => x.id);
                    table.ForeignKey(
                        name: "tag_links_tag",
                        columns: x => new { x.tag_id, x.user_id },
                        principalSchema: "users",
                        principalTable: "tags",
                        principalColumns: new[] { "id", "user_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "outbox_due",
                schema: "users",
                table: "outbox",
                column: "next_attempt_at",
                filter: "parked_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "tag_groups_name",
                schema: "users",
                table: "tag_groups",
                columns: new[] { "user_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "tag_links_entity",
                schema: "users",
                table: "tag_links",
                columns: new[] { "user_id", "app_id", "entity_id" });

            migrationBuilder.CreateIndex(
                name: "tag_links_of_tag",
                schema: "users",
                table: "tag_links",
                columns: new[] { "tag_id", "user_id" });

            migrationBuilder.CreateIndex(
                name: "tag_links_once",
                schema: "users",
                table: "tag_links",
                columns: new[] { "tag_id", "app_id", "entity_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "tags_name",
                schema: "users",
                table: "tags",
                columns: new[] { "user_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "tags_of_group",
                schema: "users",
                table: "tags",
                columns: new[] { "group_id", "user_id" });

            foreach (var sql in UsersSchema.Initial)
                migrationBuilder.Sql(sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "outbox",
                schema: "users");

            migrationBuilder.DropTable(
                name: "settings",
                schema: "users");

            migrationBuilder.DropTable(
                name: "tag_groups",
                schema: "users");

            migrationBuilder.DropTable(
                name: "tag_links",
                schema: "users");

            migrationBuilder.DropTable(
                name: "tags",
                schema: "users");
        }
    }
}
