using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Sync.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Imports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "imports",
                schema: "sync",
                columns: table => new
                {
                    source = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    last_created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_id = table.Column<Guid>(type: "uuid", nullable: true),
                    rows_stored = table.Column<long>(type: "bigint", nullable: false),
                    rows_duplicate = table.Column<long>(type: "bigint", nullable: false),
                    rows_skipped = table.Column<long>(type: "bigint", nullable: false),
                    newest_seq = table.Column<long>(type: "bigint", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("imports_key", x => x.source);
                });

            migrationBuilder.Sql(ImportRowSecurity.Sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "imports",
                schema: "sync");
        }
    }
}
