namespace Mana.Auth.Privacy;

/// <summary>Every table of the module that knows people. A test compares them with the foreign keys of the database.</summary>
internal static class PersonalTables
{
    const string Own = "user_id = $1";

    /// <summary>In the order of the export, and of the erasure: what refers to a row comes before it.</summary>
    public static readonly IReadOnlyList<PersonalTable> All =
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
        new("two_factor", Own, "secondFactor", """
            created_at AS "createdAt", confirmed_at AS "confirmedAt"
            """),
        new("two_factor_backup_codes", Own, "backupCodes", """
            used_at AS "usedAt"
            """),
        new("trusted_devices", Own, "trustedDevices", """
            user_agent AS "userAgent", created_at AS "createdAt", last_used_at AS "lastUsedAt", expires_at AS "expiresAt"
            """, Order: "created_at DESC"),
        new("pending_sign_ins", Own),
        new("passkeys", Own, "passkeys", """
            id, name AS "friendlyName", device_type AS "deviceType", backed_up AS "backedUp", created_at AS "createdAt", last_used_at AS "lastUsedAt"
            """, Order: "created_at"),
        new("passkey_challenges", Own),
        new("invitations", "inviter_id = $1", "invitationsSent", """
            email, organization_id AS "organizationId", role, status, created_at AS "createdAt", expires_at AS "expiresAt"
            """, Order: "created_at DESC"),
        new("invitations", "email = $2", "invitationsReceived", """
            organization_id AS "organizationId", role, status, created_at AS "createdAt", expires_at AS "expiresAt"
            """, ByAddress: true, Order: "created_at DESC"),
        new("oauth_grants", Own, "apps", """
            client_id AS "clientId", scopes, created_at AS "createdAt", revoked_at AS "revokedAt"
            """, Order: "created_at DESC"),
        new("oauth_consents", Own, "appConsents", """
            client_id AS "clientId", scopes, granted_at AS "grantedAt", updated_at AS "updatedAt"
            """),
        new("persona_actions", "persona_id = $1", "personaActions", """
            tick_id AS "tickId", tool_name AS "toolName", result, error_message AS "errorMessage", created_at AS "createdAt"
            """, Order: "created_at DESC"),
        new("persona_feedback", "persona_id = $1", "personaFeedback", """
            module, rating, notes, created_at AS "createdAt"
            """, Order: "created_at DESC"),
        new("personas", Own, "persona", """
            archetype, system_prompt AS "systemPrompt", module_mix AS "moduleMix", tick_cadence AS "tickCadence", created_at AS "createdAt"
            """),
        new("users", "id = $1", "account", """
            id, email, name, image, email_verified AS "emailVerified", role, access_tier AS "accessTier", kind, two_factor_enabled AS "twoFactorEnabled", created_at AS "createdAt",
            updated_at AS "updatedAt", password_changed_at AS "passwordChangedAt", onboarding_completed_at AS "onboardingCompletedAt", blocked_at AS "blockedAt"
            """, Kept: true),
    ];
}
