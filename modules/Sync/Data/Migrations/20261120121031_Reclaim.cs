using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Sync.Data.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Reclaim : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(ReclaimFunction.Sql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION sync.reclaim(bigint)");
        }
    }
}
