using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mana.Kernel.Database.Migrations
{
    /// <inheritdoc />
    internal sealed partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(Mana.Kernel.Jobs.QuartzSchema.Sql);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {

        }
    }
}
