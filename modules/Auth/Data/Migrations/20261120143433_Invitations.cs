using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Invitations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "invitations",
                schema: "auth",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    organization_id = table.Column<string>(type: "text", nullable: false),
                    email = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    inviter_id = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("invitations_pkey", x => x.id);
                    table.CheckConstraint("invitations_role", "role ~ '^(owner|admin|member|viewer)(,(owner|admin|member|viewer))*$'");
                    table.CheckConstraint("invitations_status", "status IN ('pending', 'accepted', 'rejected', 'canceled')");
                    table.ForeignKey(
                        name: "invitations_inviter_id_fkey",
                        column: x => x.inviter_id,
                        principalSchema: "auth",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "invitations_organization_id_fkey",
                        column: x => x.organization_id,
                        principalSchema: "auth",
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "invitations_email",
                schema: "auth",
                table: "invitations",
                column: "email");

            migrationBuilder.CreateIndex(
                name: "invitations_expires_at",
                schema: "auth",
                table: "invitations",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "invitations_inviter_id",
                schema: "auth",
                table: "invitations",
                column: "inviter_id");

            migrationBuilder.CreateIndex(
                name: "invitations_one_pending",
                schema: "auth",
                table: "invitations",
                columns: new[] { "organization_id", "email" },
                unique: true,
                filter: "status = 'pending'");

            migrationBuilder.CreateIndex(
                name: "invitations_organization_id",
                schema: "auth",
                table: "invitations",
                column: "organization_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "invitations",
                schema: "auth");
        }
    }
}
