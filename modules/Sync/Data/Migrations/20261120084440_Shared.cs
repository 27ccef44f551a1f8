using System;
using System.Collections.Generic;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Sync.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Shared : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "compacted_seq",
                schema: "sync",
                table: "scopes",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "trimmed_seq",
                schema: "sync",
                table: "scopes",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<bool>(
                name: "private",
                schema: "sync",
                table: "records",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "audience",
                schema: "sync",
                table: "changes",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "prev_seq",
                schema: "sync",
                table: "changes",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "devices",
                schema: "sync",
                columns: table => new
                {
                    owner = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    client_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    cursor = table.Column<long>(type: "bigint", nullable: false),
                    clock_ahead_ms = table.Column<long>(type: "bigint", nullable: true),
                    last_error = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    last_error_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("devices_key", x => new { x.owner, x.client_id, x.app_id });
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    payload = table.Column<string>(type: "jsonb", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    handled = table.Column<List<string>>(type: "text[]", nullable: false, defaultValueSql: "'{}'"),
                    attempts = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    parked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_error = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "read_states",
                schema: "sync",
                columns: table => new
                {
                    owner = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    client_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    app_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    collection = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    since = table.Column<long>(type: "bigint", nullable: false),
                    vector = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    issued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("read_states_key", x => new { x.owner, x.client_id, x.app_id, x.collection, x.since });
                });

            migrationBuilder.CreateIndex(
                name: "outbox_due",
                schema: "sync",
                table: "outbox",
                column: "next_attempt_at",
                filter: "parked_at IS NULL");

            migrationBuilder.Sql(SharedRowSecurity.Sql);
            migrationBuilder.Sql(OutboxModel.TriggerSql("sync"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "devices",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "outbox",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "read_states",
                schema: "sync");

            migrationBuilder.DropColumn(
                name: "compacted_seq",
                schema: "sync",
                table: "scopes");

            migrationBuilder.DropColumn(
                name: "trimmed_seq",
                schema: "sync",
                table: "scopes");

            migrationBuilder.DropColumn(
                name: "private",
                schema: "sync",
                table: "records");

            migrationBuilder.DropColumn(
                name: "audience",
                schema: "sync",
                table: "changes");

            migrationBuilder.DropColumn(
                name: "prev_seq",
                schema: "sync",
                table: "changes");
        }
    }
}
