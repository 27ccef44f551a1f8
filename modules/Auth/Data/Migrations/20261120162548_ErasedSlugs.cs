using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Auth.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class ErasedSlugs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "erased_slugs",
                schema: "auth",
                columns: table => new
                {
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    erased_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("erased_slugs_pkey", x => x.digest);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "erased_slugs",
                schema: "auth");
        }
    }
}
