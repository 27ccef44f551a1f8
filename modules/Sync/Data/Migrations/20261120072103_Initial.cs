using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Mana.Sync.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "sync");

            migrationBuilder.CreateTable(
                name: "changes",
                schema: "sync",
                columns: table => new
                {
                    scope_id = table.Column<long>(type: "bigint", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    table_name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    author_id = table.Column<long>(type: "bigint", nullable: false),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false),
                    record_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    client_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    op = table.Column<short>(type: "smallint", nullable: false),
                    schema_version = table.Column<short>(type: "smallint", nullable: false),
                    echo = table.Column<bool>(type: "boolean", nullable: false),
                    body = table.Column<string>(type: "json", nullable: true),
                    lost = table.Column<string>(type: "json", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("changes_key", x => new { x.scope_id, x.app_id, x.seq, x.table_name });
                });

            migrationBuilder.CreateTable(
                name: "records",
                schema: "sync",
                columns: table => new
                {
                    scope_id = table.Column<long>(type: "bigint", nullable: false),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    table_name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    record_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    author_id = table.Column<long>(type: "bigint", nullable: false),
                    state = table.Column<string>(type: "json", nullable: false),
                    last_seq = table.Column<long>(type: "bigint", nullable: false),
                    fingerprint = table.Column<Guid>(type: "uuid", nullable: true),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    partial = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("records_key", x => new { x.scope_id, x.app_id, x.table_name, x.record_id });
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 80);

            migrationBuilder.CreateTable(
                name: "scopes",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    last_seq = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("scopes_key", x => x.id);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateIndex(
                name: "changes_event",
                schema: "sync",
                table: "changes",
                columns: new[] { "author_id", "event_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "scopes_name",
                schema: "sync",
                table: "scopes",
                column: "name",
                unique: true);

            migrationBuilder.Sql(RowSecurity.Sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "changes",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "records",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "scopes",
                schema: "sync");
        }
    }
}
