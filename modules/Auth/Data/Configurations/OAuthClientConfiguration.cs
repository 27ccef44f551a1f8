using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class OAuthClientConfiguration : IEntityTypeConfiguration<OAuthClient>
{
    public void Configure(EntityTypeBuilder<OAuthClient> builder)
    {
        builder.ToTable("oauth_clients", table =>
        {
            table.HasCheckConstraint("oauth_clients_type", LowerCaseEnum.Check<OAuthClientType>("type"));
            table.HasCheckConstraint("oauth_clients_source", LowerCaseEnum.Check<OAuthClientSource>("source"));
            table.HasCheckConstraint("oauth_clients_keys", "jwks IS NULL OR jwks_uri IS NULL");
            table.HasCheckConstraint("oauth_clients_ttl", "access_token_ttl > 0 AND refresh_token_ttl > 0");
        });
        builder.HasKey(client => client.ClientId);
        builder.Property(client => client.ClientId).HasColumnName("client_id").ValueGeneratedNever();
        builder.Property(client => client.Name).HasColumnName("name");
        builder.Property(client => client.Type).HasColumnName("type").HasConversion(LowerCaseEnum.Of<OAuthClientType>());
        builder.Property(client => client.Native).HasColumnName("native");
        builder.Property(client => client.RedirectUris).HasColumnName("redirect_uris");
        builder.Property(client => client.PostLogoutRedirectUris).HasColumnName("post_logout_redirect_uris");
        builder.Property(client => client.AllowedScopes).HasColumnName("allowed_scopes");
        builder.Property(client => client.GrantTypes).HasColumnName("grant_types");
        builder.Property(client => client.TokenEndpointAuthMethod).HasColumnName("token_endpoint_auth_method");
        builder.Property(client => client.IdTokenSignedResponseAlg).HasColumnName("id_token_signed_response_alg");
        builder.Property(client => client.RequirePkce).HasColumnName("require_pkce");
        builder.Property(client => client.RequirePushedRequests).HasColumnName("require_pushed_requests");
        builder.Property(client => client.DpopBound).HasColumnName("dpop_bound");
        builder.Property(client => client.SkipConsent).HasColumnName("skip_consent");
        builder.Property(client => client.ClaimsInIdToken).HasColumnName("claims_in_id_token");
        builder.Property(client => client.BackchannelLogoutUri).HasColumnName("backchannel_logout_uri");
        builder.Property(client => client.Jwks).HasColumnName("jwks").HasColumnType("jsonb");
        builder.Property(client => client.JwksUri).HasColumnName("jwks_uri");
        builder.Property(client => client.ResourceScopes).HasColumnName("resource_scopes").HasDefaultValueSql("'{}'");
        builder.Property(client => client.AccessTokenTtl).HasColumnName("access_token_ttl");
        builder.Property(client => client.RefreshTokenTtl).HasColumnName("refresh_token_ttl");
        builder.Property(client => client.Disabled).HasColumnName("disabled");
        builder.Property(client => client.Source).HasColumnName("source").HasConversion(LowerCaseEnum.Of<OAuthClientSource>());
        builder.Property(client => client.CreatedAt).HasColumnName("created_at");
        builder.Property(client => client.UpdatedAt).HasColumnName("updated_at");
    }
}

internal sealed class OAuthClientSecretConfiguration : IEntityTypeConfiguration<OAuthClientSecret>
{
    public void Configure(EntityTypeBuilder<OAuthClientSecret> builder)
    {
        builder.ToTable("oauth_client_secrets");
        builder.HasKey(secret => secret.Id);
        builder.Property(secret => secret.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(secret => secret.ClientId).HasColumnName("client_id");
        builder.Property(secret => secret.SecretHash).HasColumnName("secret_hash");
        builder.Property(secret => secret.Configured).HasColumnName("configured");
        builder.Property(secret => secret.CreatedAt).HasColumnName("created_at");
        builder.Property(secret => secret.ExpiresAt).HasColumnName("expires_at");
        builder.HasOne<OAuthClient>().WithMany().HasForeignKey(secret => secret.ClientId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(secret => secret.ClientId).HasDatabaseName("oauth_client_secrets_client_id");
    }
}
