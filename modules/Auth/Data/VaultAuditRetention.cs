namespace Mana.Auth.Data;

/// <summary>
/// Lines of the vault's audit end some day, and only by the job that says so: <c>app.vault_audit = 'admin'</c> to see them,
/// <c>app.vault_audit_retention = 'on'</c> to remove them, and none that is younger than a year, whatever the job believes.
/// </summary>
internal static class VaultAuditRetention
{
    public const int FewestDays = 365;

    public const string Sql = """
        CREATE POLICY encryption_vault_audit_retention ON auth.encryption_vault_audit FOR DELETE
          USING (current_setting('app.vault_audit_retention', true) = 'on' AND created_at < now() - interval '365 days');
        """;
}
