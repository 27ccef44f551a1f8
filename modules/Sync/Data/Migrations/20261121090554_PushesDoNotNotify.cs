using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Sync.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class PushesDoNotNotify : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // See OutboxBell: a NOTIFY in the transaction of every push made pushes commit one after the other.
            migrationBuilder.Sql("DROP TRIGGER outbox_wake ON sync.outbox; DROP FUNCTION sync.outbox_wake()");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(OutboxModel.TriggerSql("sync"));
        }
    }
}
