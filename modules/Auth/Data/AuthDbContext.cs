using Mana.Kernel.Outbox;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Mana.Auth.Data;

/// <summary>Schema <c>auth</c>: Identity's user store without roles (a role is a column of the user), sessions, spaces, keys and the outbox.</summary>
internal sealed class AuthDbContext(DbContextOptions<AuthDbContext> options) : IdentityUserContext<User>(options)
{
    public const string Schema = "auth";

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    public DbSet<Organization> Organizations => Set<Organization>();

    public DbSet<Member> Members => Set<Member>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<SecurityEvent> SecurityEvents => Set<SecurityEvent>();

    public DbSet<VerificationToken> VerificationTokens => Set<VerificationToken>();

    public DbSet<TotpSecret> TotpSecrets => Set<TotpSecret>();

    public DbSet<BackupCode> BackupCodes => Set<BackupCode>();

    public DbSet<PendingSignIn> PendingSignIns => Set<PendingSignIn>();

    public DbSet<TrustedDevice> TrustedDevices => Set<TrustedDevice>();

    public DbSet<Passkey> Passkeys => Set<Passkey>();

    public DbSet<PasskeyChallenge> PasskeyChallenges => Set<PasskeyChallenge>();

    public DbSet<SignUpDay> SignUpDays => Set<SignUpDay>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    /// <summary>Fixed here, because the model must be the same at design time, where no Identity options are registered.</summary>
    protected override Version SchemaVersion => IdentitySchemaVersions.Version2;

    /// <summary>Identity's base class maps a user name before we can say that there is none.</summary>
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.MappedPropertyIgnoredWarning));

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.HasDefaultSchema(Schema);
        builder.ApplyConfigurationsFromAssembly(typeof(AuthDbContext).Assembly);
        builder.AddOutbox();
        NameConstraints(builder);
    }

    /// <summary>PostgreSQL's own names: EF's mixed-case ones would have to be quoted by everybody who writes SQL.</summary>
    static void NameConstraints(ModelBuilder builder)
    {
        foreach (var entity in builder.Model.GetEntityTypes())
        {
            var table = entity.GetTableName();
            entity.FindPrimaryKey()?.SetName($"{table}_pkey");
            foreach (var foreign in entity.GetForeignKeys())
                foreign.SetConstraintName($"{table}_{foreign.Properties[0].GetColumnName()}_fkey");
        }
    }
}
