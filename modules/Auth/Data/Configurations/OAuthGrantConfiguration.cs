using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class OAuthGrantConfiguration : IEntityTypeConfiguration<OAuthGrant>
{
    public void Configure(EntityTypeBuilder<OAuthGrant> builder)
    {
        builder.ToTable("oauth_grants");
        builder.HasKey(grant => grant.Id);
        builder.Property(grant => grant.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(grant => grant.ClientId).HasColumnName("client_id");
        builder.Property(grant => grant.UserId).HasColumnName("user_id");
        builder.Property(grant => grant.SessionId).HasColumnName("session_id");
        builder.Property(grant => grant.Scopes).HasColumnName("scopes");
        builder.Property(grant => grant.AuthTime).HasColumnName("auth_time");
        builder.Property(grant => grant.Amr).HasColumnName("amr");
        builder.Property(grant => grant.CreatedAt).HasColumnName("created_at");
        builder.Property(grant => grant.RevokedAt).HasColumnName("revoked_at");
        builder.Property(grant => grant.RevokedReason).HasColumnName("revoked_reason");
        builder.Property(grant => grant.LogoutOwedAt).HasColumnName("logout_owed_at");
        builder.HasOne<OAuthClient>().WithMany().HasForeignKey(grant => grant.ClientId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<User>().WithMany().HasForeignKey(grant => grant.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(grant => grant.ClientId).HasDatabaseName("oauth_grants_client_id");
        builder.HasIndex(grant => new { grant.UserId, grant.ClientId }).HasDatabaseName("oauth_grants_user_id_client_id");
        builder.HasIndex(grant => grant.SessionId).HasDatabaseName("oauth_grants_session_id");
    }
}

internal sealed class OAuthCodeConfiguration : IEntityTypeConfiguration<OAuthCode>
{
    public void Configure(EntityTypeBuilder<OAuthCode> builder)
    {
        builder.ToTable("oauth_codes");
        builder.HasKey(code => code.CodeHash);
        builder.Property(code => code.CodeHash).HasColumnName("code_hash").ValueGeneratedNever();
        builder.Property(code => code.GrantId).HasColumnName("grant_id");
        builder.Property(code => code.RedirectUri).HasColumnName("redirect_uri");
        builder.Property(code => code.CodeChallenge).HasColumnName("code_challenge");
        builder.Property(code => code.Nonce).HasColumnName("nonce");
        builder.Property(code => code.DpopJkt).HasColumnName("dpop_jkt");
        builder.Property(code => code.ExpiresAt).HasColumnName("expires_at");
        builder.Property(code => code.UsedAt).HasColumnName("used_at");
        builder.HasOne<OAuthGrant>().WithMany().HasForeignKey(code => code.GrantId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(code => code.GrantId).HasDatabaseName("oauth_codes_grant_id");
        builder.HasIndex(code => code.ExpiresAt).HasDatabaseName("oauth_codes_expires_at");
    }
}

internal sealed class OAuthTokenConfiguration : IEntityTypeConfiguration<OAuthToken>
{
    public void Configure(EntityTypeBuilder<OAuthToken> builder)
    {
        builder.ToTable("oauth_tokens", table =>
        {
            table.HasCheckConstraint("oauth_tokens_kind", LowerCaseEnum.Check<OAuthTokenKind>("kind"));
        });
        builder.HasKey(token => token.TokenHash);
        builder.Property(token => token.TokenHash).HasColumnName("token_hash").ValueGeneratedNever();
        builder.Property(token => token.Kind).HasColumnName("kind").HasConversion(LowerCaseEnum.Of<OAuthTokenKind>());
        builder.Property(token => token.ClientId).HasColumnName("client_id");
        builder.Property(token => token.GrantId).HasColumnName("grant_id");
        builder.Property(token => token.Scopes).HasColumnName("scopes");
        builder.Property(token => token.DpopJkt).HasColumnName("dpop_jkt");
        builder.Property(token => token.IssuedAt).HasColumnName("issued_at");
        builder.Property(token => token.ExpiresAt).HasColumnName("expires_at");
        builder.Property(token => token.UsedAt).HasColumnName("used_at");
        builder.Property(token => token.RevokedAt).HasColumnName("revoked_at");
        builder.HasOne<OAuthClient>().WithMany().HasForeignKey(token => token.ClientId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<OAuthGrant>().WithMany().HasForeignKey(token => token.GrantId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(token => token.ClientId).HasDatabaseName("oauth_tokens_client_id");
        builder.HasIndex(token => token.GrantId).HasDatabaseName("oauth_tokens_grant_id");
        builder.HasIndex(token => token.ExpiresAt).HasDatabaseName("oauth_tokens_expires_at");
    }
}

internal sealed class OAuthConsentConfiguration : IEntityTypeConfiguration<OAuthConsent>
{
    public void Configure(EntityTypeBuilder<OAuthConsent> builder)
    {
        builder.ToTable("oauth_consents");
        builder.HasKey(consent => new { consent.UserId, consent.ClientId });
        builder.Property(consent => consent.UserId).HasColumnName("user_id");
        builder.Property(consent => consent.ClientId).HasColumnName("client_id");
        builder.Property(consent => consent.Scopes).HasColumnName("scopes");
        builder.Property(consent => consent.GrantedAt).HasColumnName("granted_at");
        builder.Property(consent => consent.UpdatedAt).HasColumnName("updated_at");
        builder.HasOne<OAuthClient>().WithMany().HasForeignKey(consent => consent.ClientId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<User>().WithMany().HasForeignKey(consent => consent.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(consent => consent.ClientId).HasDatabaseName("oauth_consents_client_id");
    }
}
