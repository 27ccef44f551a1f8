namespace Mana.Auth.SecurityEvents;

/// <summary>What the log tells of (auth.md 22), as the API names it.</summary>
internal static class SecurityEventTypes
{
    public const string LoginSuccess = "login_success";
    public const string LoginFailure = "login_failure";
    public const string Register = "register";
    public const string Logout = "logout";
    public const string TokenRefreshed = "token_refreshed";
    public const string SsoTokenExchange = "sso_token_exchange";
    public const string PasswordChanged = "password_changed";
    public const string PasswordChangeFailed = "password_change_failed";
    public const string PasswordResetRequested = "password_reset_requested";
    public const string PasswordResetCompleted = "password_reset_completed";
    public const string EmailVerified = "email_verified";
    public const string EmailVerificationResent = "email_verification_resent";
    public const string EmailChangeRequested = "email_change_requested";
    public const string EmailChanged = "email_changed";
    public const string AccountDeleted = "account_deleted";
    public const string AccountLocked = "account_locked";
    public const string AccountUnlocked = "account_unlocked";
    /// <summary>By an administrator, like the next: not by wrong passwords.</summary>
    public const string AccountBlocked = "account_blocked";
    public const string AccountUnblocked = "account_unblocked";
    public const string ProfileUpdated = "profile_updated";
    public const string ApiKeyCreated = "api_key_created";
    public const string ApiKeyRevoked = "api_key_revoked";
    public const string ApiKeyValidated = "api_key_validated";
    public const string ApiKeyValidationFailed = "api_key_validation_failed";
    public const string PasskeyRegistered = "passkey_registered";
    public const string PasskeyLoginSuccess = "passkey_login_success";
    public const string PasskeyLoginFailure = "passkey_login_failure";
    public const string PasskeyDeleted = "passkey_deleted";
    public const string PasskeyRenamed = "passkey_renamed";
    public const string TwoFactorEnabled = "two_factor_enabled";
    public const string TwoFactorDisabled = "two_factor_disabled";
    public const string TwoFactorVerified = "two_factor_verified";
    public const string TwoFactorFailed = "two_factor_failed";
    public const string BackupCodeUsed = "backup_code_used";
    public const string OrganizationCreated = "org_created";
    public const string OrganizationDeleted = "org_deleted";
    public const string OrganizationMemberInvited = "org_member_invited";
    public const string OrganizationMemberRemoved = "org_member_removed";
    public const string OrganizationMemberRoleChanged = "org_member_role_changed";
    public const string OrganizationInvitationAccepted = "org_invitation_accepted";
    public const string RefreshReuseDetected = "refresh_reuse_detected";
    public const string SessionRevoked = "session_revoked";
    public const string StepUpCompleted = "step_up_completed";
    public const string StepUpFailed = "step_up_failed";
    public const string NewDeviceLogin = "new_device_login";
    public const string VaultInitialised = "vault_init";
    public const string VaultRotated = "vault_rotate";
    public const string VaultRecoverySet = "vault_recovery_set";
    public const string VaultRecoveryCleared = "vault_recovery_clear";
    public const string VaultZeroKnowledgeEnabled = "vault_zk_enable";
    public const string VaultZeroKnowledgeDisabled = "vault_zk_disable";
    public const string VaultMissionGrant = "vault_mission_grant";
    public const string VaultNewDevice = "vault_new_device";
    public const string VaultRefused = "vault_refused";
    /// <summary>Its owner says that another event was not their doing.</summary>
    public const string EventDisowned = "event_disowned";
    public const string DataExported = "data_exported";
    /// <summary>A client got a code, or a device was let in.</summary>
    public const string OidcAuthorized = "oidc_authorized";
    /// <summary>A code became tokens. Refreshing them is not told: it would bury the rest.</summary>
    public const string OidcTokenIssued = "oidc_token_issued";
    public const string OidcCodeReplay = "oidc_code_replay";
    public const string OAuthConsentGranted = "oauth_consent_granted";
    public const string OAuthConsentWithdrawn = "oauth_consent_withdrawn";
    public const string OAuthRefreshReuse = "oauth_refresh_reuse";
    public const string AdminAction = "admin_action";
}
