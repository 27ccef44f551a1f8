using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Data;

internal sealed class AuthDbContext(DbContextOptions<AuthDbContext> options) : DbContext(options)
{
    public const string Schema = "auth";
}
