namespace Mana.Host.Configuration;

/// <summary>
/// The flat variable names of the former services (auth.md 2, sync.md 20) and the setting each stands for. An empty variable counts as
/// unset. The README's configuration table is this list; what <see cref="SecretFiles"/> names may also come from a file.
/// </summary>
internal static class EnvironmentNames
{
    public static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["PORT"] = "Server:Port",
        ["DATABASE_URL"] = "Database:Url",
        ["DATABASE_PASSWORD"] = "Database:Password",
        ["DATABASE_DIRECT_URL"] = "Database:DirectUrl",
        ["DATABASE_MIGRATION_URL"] = "Database:MigrationUrl",
        ["READ_DATABASE_URL"] = "Database:ReadUrl",
        ["BASE_URL"] = "Auth:BaseUrl",
        ["JWT_ISSUER"] = "Auth:Issuer",
        ["JWT_AUDIENCE"] = "Auth:Audience",
        ["MANA_AUTH_KEK"] = "Auth:KeyEncryptionKey",
        ["BETTER_AUTH_SECRET"] = "Auth:Cookies:Secret",
        ["COOKIE_DOMAIN"] = "Auth:Cookies:Domain",
        ["COOKIE_SAME_SITE"] = "Auth:Cookies:SameSite",
        ["MANA_VAULT_KEKS"] = "Auth:Vault:Keks",
        ["MANA_VAULT_KEK"] = "Auth:Vault:CurrentKek",
        ["VAULT_REQUIRE_RECOVERY_PROOF"] = "Auth:Vault:RequireRecoveryProof",
        ["MANA_AI_PUBLIC_KEY_PEM"] = "Auth:MissionGrants:PublicKeyPem",
        ["PASSKEYS_ENABLED"] = "Auth:Passkeys:Enabled",
        ["WEBAUTHN_RP_ID"] = "Auth:Passkeys:RpId",
        ["WEBAUTHN_RP_NAME"] = "Auth:Passkeys:RpName",
        ["MAGIC_LINK_ALLOW_SIGNUP"] = "Auth:MagicLink:AllowSignup",
        ["SYNAPSE_OIDC_CLIENT_SECRET"] = "Auth:Oidc:SynapseClientSecret",
        ["SYNAPSE_OIDC_CLIENT_SECRET_FILE"] = "Auth:Oidc:SynapseClientSecretFile",
        ["SYNAPSE_PUBLIC_URL"] = "Auth:Oidc:SynapseUrl",
        ["ELEMENT_PUBLIC_URL"] = "Auth:Oidc:ElementUrl",
        ["OIDC_PRIVATE_HOSTS"] = "Auth:Oidc:BackchannelPrivateHosts",
        ["OIDC_REGISTRATION_TOKEN"] = "Auth:Oidc:RegistrationToken",
        ["AUTH_REQUIRE_VERIFIED_EMAIL"] = "Auth:RequireVerifiedEmail",
        ["MAX_DAILY_SIGNUPS"] = "Auth:MaxDailySignups",
        ["AUTH_IP_RETENTION_DAYS"] = "Auth:Privacy:AddressDays",
        ["AUTH_ERASED_LOG_DAYS"] = "Auth:Privacy:ErasedLogDays",
        ["VAULT_AUDIT_DAYS"] = "Auth:Privacy:VaultAuditDays",
        ["FREE_MAX_ORGANIZATIONS"] = "Auth:Spaces:FreeMaxOrganizations",
        ["FREE_MAX_TEAM_MEMBERS"] = "Auth:Spaces:FreeMaxTeamMembers",
        ["MANA_SERVICE_KEY"] = "ServiceKeys:Current",
        ["MANA_SERVICE_KEY_PREVIOUS"] = "ServiceKeys:Previous",
        ["CORS_ORIGINS"] = "Origins:Trusted",
        ["TRUSTED_PROXIES"] = "Proxy:Trusted",
        ["WELCOME_CREDITS"] = "Credits:WelcomeCredits",
        ["PROMO_BUDGET"] = "Credits:MonthlyPromoBudget",
        ["CALLER_MAX_AMOUNT"] = "Credits:CallerMaxAmount",
        ["WEB_BASE_URL"] = "Credits:WebBaseUrl",
        ["STRIPE_MODE"] = "Stripe:Mode",
        ["STRIPE_SECRET_KEY"] = "Stripe:SecretKey",
        ["STRIPE_WEBHOOK_SECRET"] = "Stripe:WebhookSecret",
        ["STRIPE_CREDITS_WEBHOOK_SECRET"] = "Stripe:CreditsWebhookSecret",
        ["STRIPE_SUBSCRIPTIONS_WEBHOOK_SECRET"] = "Stripe:SubscriptionsWebhookSecret",
        ["STRIPE_API_BASE"] = "Stripe:ApiBase",
        ["STRIPE_S_PRODUCT_ID"] = "Subscriptions:Prices:S:ProductId",
        ["STRIPE_S_PRICE_MONTHLY"] = "Subscriptions:Prices:S:Monthly",
        ["STRIPE_S_PRICE_YEARLY"] = "Subscriptions:Prices:S:Yearly",
        ["STRIPE_M_PRODUCT_ID"] = "Subscriptions:Prices:M:ProductId",
        ["STRIPE_M_PRICE_MONTHLY"] = "Subscriptions:Prices:M:Monthly",
        ["STRIPE_M_PRICE_YEARLY"] = "Subscriptions:Prices:M:Yearly",
        ["STRIPE_L_PRODUCT_ID"] = "Subscriptions:Prices:L:ProductId",
        ["STRIPE_L_PRICE_MONTHLY"] = "Subscriptions:Prices:L:Monthly",
        ["STRIPE_L_PRICE_YEARLY"] = "Subscriptions:Prices:L:Yearly",
        ["STRIPE_XL_PRODUCT_ID"] = "Subscriptions:Prices:XL:ProductId",
        ["STRIPE_XL_PRICE_MONTHLY"] = "Subscriptions:Prices:XL:Monthly",
        ["STRIPE_XL_PRICE_YEARLY"] = "Subscriptions:Prices:XL:Yearly",
        ["STRIPE_XXL_PRODUCT_ID"] = "Subscriptions:Prices:XXL:ProductId",
        ["STRIPE_XXL_PRICE_MONTHLY"] = "Subscriptions:Prices:XXL:Monthly",
        ["STRIPE_XXL_PRICE_YEARLY"] = "Subscriptions:Prices:XXL:Yearly",
        ["STRIPE_POTION_SMALL_PRICE"] = "Credits:PotionPrices:Small",
        ["STRIPE_POTION_MEDIUM_PRICE"] = "Credits:PotionPrices:Medium",
        ["STRIPE_POTION_LARGE_PRICE"] = "Credits:PotionPrices:Large",
        ["STRIPE_POTION_HUGE_PRICE"] = "Credits:PotionPrices:Huge",
        ["STRIPE_PORTAL_CONFIG_ID"] = "Subscriptions:PortalConfiguration",
        ["STRIPE_CREATE_PRICES"] = "Subscriptions:CreatePrices",
        ["FEEDBACK_PSEUDONYM_SECRET"] = "Feedback:PseudonymSecret",
        ["FEEDBACK_PSEUDONYM_SCHEME"] = "Feedback:PseudonymScheme",
        ["FEEDBACK_FOUNDER_USER_IDS"] = "Feedback:FounderUserIds",
        ["MANA_LLM_URL"] = "Feedback:LlmUrl",
        ["SYNC_BILLING_GATE"] = "Sync:BillingGate",
        ["BILLING_EXEMPT_APPS"] = "Sync:BillingExemptApps",
        ["SYNC_HISTORY_DAYS"] = "Sync:HistoryDays",
        ["SYNC_TOMBSTONE_DAYS"] = "Sync:TombstoneDays",
        ["SMTP_HOST"] = "Notifications:SmtpHost",
        ["SMTP_PORT"] = "Notifications:SmtpPort",
        ["SMTP_USER"] = "Notifications:SmtpUser",
        ["SMTP_PASSWORD"] = "Notifications:SmtpPassword",
        ["SMTP_STARTTLS"] = "Notifications:SmtpStartTls",
        ["MAIL_FROM"] = "Notifications:From",
        ["MAIL_REPLY_TO"] = "Notifications:ReplyTo",
        ["MAIL_RETURN_PATH"] = "Notifications:ReturnPath",
        ["GOOGLE_CLIENT_ID"] = "Google:ClientId",
        ["GOOGLE_CLIENT_SECRET"] = "Google:ClientSecret",
        ["VAPID_PUBLIC_KEY"] = "Push:VapidPublicKey",
        ["VAPID_PRIVATE_KEY"] = "Push:VapidPrivateKey",
        ["VAPID_SUBJECT"] = "Push:VapidSubject",
        ["NOTIFY_PRIVATE_HOSTS"] = "Notifications:Outbound:PrivateHosts",
        ["NOTIFY_MODE"] = "Notifications:Outside:Mode",
        ["NOTIFY_URL"] = "Notifications:Outside:BaseUrl",
        ["NOTIFY_SERVICE_KEY"] = "Notifications:Outside:ServiceKey",
        ["RATE_LIMITS"] = "RateLimits:Enabled",
        ["BACKUP_STATUS_FILE"] = "Backup:StatusFile",
    };

    /// <summary>Where the web apps' development servers listen, as the original allowed them.</summary>
    const string DevelopmentOrigins = "http://localhost:5173,http://localhost:5188,http://localhost:3001";

    public static void UseEnvironmentNames(this ConfigurationManager configuration, bool development)
    {
        if (development && configuration["Origins:Trusted"] is null)
            configuration.AddInMemoryCollection([KeyValuePair.Create("Origins:Trusted", (string?)DevelopmentOrigins)]);
        var files = SecretFiles.Read(configuration);
        var given = Settings
            .Select(pair => KeyValuePair.Create(pair.Value, files.GetValueOrDefault(pair.Key) ?? configuration[pair.Key]))
            .Where(pair => !string.IsNullOrEmpty(pair.Value)).ToList();
        if (configuration.GetConnectionString("Mana") is { Length: > 0 } named)
            given.Add(KeyValuePair.Create("Database:Url", (string?)named));
        configuration.AddInMemoryCollection(given);
    }
}
