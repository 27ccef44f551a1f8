namespace Mana.Auth.Data;

/// <summary>
/// Row-level security of the vault (auth.md 20.3). A transaction says by <c>app.current_user_id</c> whose vault it opens; without it both
/// tables are empty and nothing can be written. The audit is never changed or removed, save with the account, and read by its owner or
/// with <c>app.vault_audit = 'admin'</c>. Forced, so it binds the owner of the tables too.
/// </summary>
internal static class VaultRowSecurity
{
    const string Own = "user_id = current_setting('app.current_user_id', true)";

    public const string Sql = $"""
        ALTER TABLE auth.encryption_vaults ENABLE ROW LEVEL SECURITY;
        ALTER TABLE auth.encryption_vaults FORCE ROW LEVEL SECURITY;
        CREATE POLICY encryption_vaults_own ON auth.encryption_vaults USING ({Own}) WITH CHECK ({Own});

        ALTER TABLE auth.encryption_vault_audit ENABLE ROW LEVEL SECURITY;
        ALTER TABLE auth.encryption_vault_audit FORCE ROW LEVEL SECURITY;
        CREATE POLICY encryption_vault_audit_add ON auth.encryption_vault_audit FOR INSERT WITH CHECK ({Own});
        CREATE POLICY encryption_vault_audit_read ON auth.encryption_vault_audit FOR SELECT
          USING ({Own} OR current_setting('app.vault_audit', true) = 'admin');
        """;
}
