using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Users.Data;

/// <summary>Schema <c>users</c>.</summary>
internal sealed class UsersDbContext(DbContextOptions<UsersDbContext> options) : DbContext(options)
{
    public const string Schema = "users";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.AddOutbox();
    }
}
