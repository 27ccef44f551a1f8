using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Spaces : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "organizations",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    slug = table.Column<string>(type: "text", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    tier = table.Column<string>(type: "text", nullable: false, defaultValueSql: "'public'"),
                    owner_user_id = table.Column<string>(type: "text", nullable: true),
                    logo = table.Column<string>(type: "text", nullable: true),
                    metadata = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'{}'"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    deleted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("organizations_pkey", x => x.id);
                    table.CheckConstraint("organizations_metadata", "jsonb_typeof(metadata) = 'object'");
                    table.CheckConstraint("organizations_owner", "(type = 'personal') = (owner_user_id IS NOT NULL)");
                    table.CheckConstraint("organizations_tier", "tier IN ('guest', 'public', 'beta', 'alpha', 'founder')");
                    table.CheckConstraint("organizations_type", "type IN ('personal', 'brand', 'club', 'family', 'team', 'practice')");
                    table.ForeignKey(
                        name: "organizations_owner_user_id_fkey",
                        column: x => x.owner_user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "members",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    organization_id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("members_pkey", x => x.id);
                    table.CheckConstraint("members_role", "role ~ '^(owner|admin|member|viewer)(,(owner|admin|member|viewer))*$'");
                    table.ForeignKey(
                        name: "members_organization_id_fkey",
                        column: x => x.organization_id,
                        principalSchema: "auth",
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "members_user_id_fkey",
                        column: x => x.user_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "members_organization_id_user_id_key",
                schema: "auth",
                table: "members",
                columns: new[] { "organization_id", "user_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "members_user_id",
                schema: "auth",
                table: "members",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "organizations_one_personal",
                schema: "auth",
                table: "organizations",
                column: "owner_user_id",
                unique: true,
                filter: "type = 'personal'");

            migrationBuilder.CreateIndex(
                name: "organizations_slug_key",
                schema: "auth",
                table: "organizations",
                column: "slug",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "members",
                schema: "auth");

            migrationBuilder.DropTable(
                name: "organizations",
                schema: "auth");
        }
    }
}
