namespace Mana.Auth.Privacy;

/// <summary>
/// A table of this module that holds something about people. In its SQL <c>$1</c> is the user's id and <c>$2</c> the normalised address. A
/// feature that adds a table registers one of these, and export, erasure and the last look know of it.
/// </summary>
/// <param name="Table">Without the schema.</param>
/// <param name="Where">Which rows are the person's.</param>
/// <param name="Key">Name in the export; null: not told, because it holds only secrets or counters.</param>
/// <param name="Columns">What is told, as a SELECT list whose aliases are the names in the export. Never hashes, secrets or sealed values.</param>
/// <param name="ByAddress">
/// <paramref name="Where"/> goes by the address. Erased with the account, and not looked for later: the address may be somebody else's by then.
/// </param>
/// <param name="Kept">Told but not erased here: it goes with the account's row, or is pseudonymised.</param>
internal sealed record PersonalTable(string Table, string Where, string? Key = null, string? Columns = null, bool ByAddress = false, bool Kept = false, string? Order = null)
{
    public string ExportSql => $"SELECT row_to_json(r)::text FROM (SELECT {Columns} FROM auth.{Table} WHERE {Where}{(Order is null ? "" : " ORDER BY " + Order)}) r";

    public string EraseSql => $"DELETE FROM auth.{Table} WHERE {Where}";

    public string CountSql => $"SELECT count(*) FROM auth.{Table} WHERE {Where}";
}

/// <summary>The tables of the module's core. Passkeys, second factors and invitations register their own.</summary>
internal static class PersonalTables
{
    const string Own = "user_id = $1";

    /// <summary>In the order of the export, and of the erasure: what refers to a row comes before it.</summary>
    public static readonly IReadOnlyList<PersonalTable> Core =
    [
        new("sessions", Own, "sessions", """
            id, created_at AS "createdAt", expires_at AS "expiresAt", ip_address AS "ipAddress", user_agent AS "userAgent", device_name AS "deviceName",
            last_activity_at AS "lastActivityAt", revoked_at AS "revokedAt", remember_me AS "rememberMe", amr, auth_time AS "authTime"
            """, Order: "created_at DESC"),
        new("api_keys", Own, "apiKeys", """
            id, name, key_prefix AS "keyPrefix", scopes, rate_limit_requests AS "rateLimitRequests", rate_limit_window AS "rateLimitWindow", created_at AS "createdAt",
            last_used_at AS "lastUsedAt", expires_at AS "expiresAt", revoked_at AS "revokedAt"
            """, Order: "created_at DESC"),
        new("members", Own, "memberships", """
            organization_id AS "organizationId", (SELECT o.name FROM auth.organizations o WHERE o.id = organization_id) AS "organizationName", role, created_at AS "createdAt"
            """, Order: "created_at"),
        new("organizations", "owner_user_id = $1", "personalSpaces", """
            id, name, slug, type, tier, logo, metadata, created_at AS "createdAt"
            """),
        new("encryption_vaults", Own, "vault", """
            zero_knowledge AS "zeroKnowledge", recovery_wrapped_mk IS NOT NULL AS "hasRecoveryWrap", recovery_set_at AS "recoverySetAt", created_at AS "createdAt", rotated_at AS "rotatedAt"
            """),
        new("encryption_vault_audit", Own, "vaultAudit", """
            action, ip_address AS "ipAddress", user_agent AS "userAgent", context, status, created_at AS "createdAt"
            """, Kept: true, Order: "created_at DESC"),
        new("mission_grants", Own, "missionGrants", """
            id, mission_id AS "missionId", tables, record_count AS "recordCount", issued_at AS "issuedAt", expires_at AS "expiresAt", revoked_at AS "revokedAt"
            """, Order: "issued_at DESC"),
        new("verification_tokens", "user_id = $1 OR subject = $1", "mailedLinks", """
            purpose, email_normalized AS "address", created_at AS "createdAt", expires_at AS "expiresAt", consumed_at AS "consumedAt"
            """, Order: "created_at DESC"),
        new("login_attempts", "email_normalized = $2", "loginAttempts", """
            ip_address AS "ipAddress", method, successful, attempted_at AS "attemptedAt"
            """, ByAddress: true, Order: "attempted_at DESC"),
        new("login_locks", "email_normalized = $2", "loginLocks", """
            locked_at AS "lockedAt", locked_until AS "lockedUntil"
            """, ByAddress: true),
        new("mail_allowances", "email_normalized = $2", ByAddress: true),
        new("user_logins", Own, "accounts", """
            login_provider AS "provider", provider_display_name AS "name"
            """),
        new("user_claims", Own, "claims", """
            claim_type AS "type", claim_value AS "value"
            """),
        new("user_tokens", Own),
        new("users", "id = $1", "account", """
            id, email, name, image, email_verified AS "emailVerified", role, access_tier AS "accessTier", kind, two_factor_enabled AS "twoFactorEnabled", created_at AS "createdAt",
            updated_at AS "updatedAt", password_changed_at AS "passwordChangedAt", onboarding_completed_at AS "onboardingCompletedAt"
            """, Kept: true),
    ];
}
