using Mana.Auth.SecurityEvents;

namespace Mana.Auth.Pages.Account;

/// <summary>Events in the words of the people they happened to.</summary>
internal static class EventWords
{
    static readonly Dictionary<string, (string De, string En)> Words = new(StringComparer.Ordinal)
    {
        [SecurityEventTypes.LoginSuccess] = ("Anmeldung", "Sign-in"),
        [SecurityEventTypes.LoginFailure] = ("Fehlgeschlagene Anmeldung", "Failed sign-in"),
        [SecurityEventTypes.PasskeyLoginSuccess] = ("Anmeldung mit Passkey", "Sign-in with a passkey"),
        [SecurityEventTypes.PasskeyLoginFailure] = ("Fehlgeschlagene Anmeldung mit Passkey", "Failed sign-in with a passkey"),
        [SecurityEventTypes.NewDeviceLogin] = ("Anmeldung auf einem neuen Gerät", "Sign-in on a new device"),
        [SecurityEventTypes.SsoTokenExchange] = ("App geöffnet", "App opened"),
        [SecurityEventTypes.Register] = ("Konto erstellt", "Account created"),
        [SecurityEventTypes.Logout] = ("Abmeldung", "Sign-out"),
        [SecurityEventTypes.SessionRevoked] = ("Gerät abgemeldet", "Device signed out"),
        [SecurityEventTypes.PasswordChanged] = ("Passwort geändert", "Password changed"),
        [SecurityEventTypes.PasswordChangeFailed] = ("Passwortänderung mit falschem Passwort", "Password change with a wrong password"),
        [SecurityEventTypes.PasswordResetRequested] = ("Neues Passwort angefordert", "New password asked for"),
        [SecurityEventTypes.PasswordResetCompleted] = ("Neues Passwort gesetzt", "New password set"),
        [SecurityEventTypes.EmailVerified] = ("E-Mail-Adresse bestätigt", "E-mail address confirmed"),
        [SecurityEventTypes.EmailVerificationResent] = ("Bestätigungslink geschickt", "Confirmation link sent"),
        [SecurityEventTypes.EmailChangeRequested] = ("Änderung der E-Mail-Adresse begonnen", "Change of e-mail address begun"),
        [SecurityEventTypes.EmailChanged] = ("E-Mail-Adresse geändert", "E-mail address changed"),
        [SecurityEventTypes.AccountLocked] = ("Zu viele Fehlversuche: gesperrt", "Too many failed attempts: locked"),
        [SecurityEventTypes.AccountUnlocked] = ("Entsperrt", "Unlocked"),
        [SecurityEventTypes.AccountBlocked] = ("Konto vom Betreiber blockiert", "Account blocked by the operator"),
        [SecurityEventTypes.AccountUnblocked] = ("Konto vom Betreiber freigegeben", "Account opened by the operator"),
        [SecurityEventTypes.ProfileUpdated] = ("Profil geändert", "Profile changed"),
        [SecurityEventTypes.ApiKeyCreated] = ("API-Schlüssel angelegt", "API key made"),
        [SecurityEventTypes.ApiKeyRevoked] = ("API-Schlüssel widerrufen", "API key revoked"),
        [SecurityEventTypes.ApiKeyValidated] = ("API-Schlüssel benutzt", "API key used"),
        [SecurityEventTypes.ApiKeyValidationFailed] = ("API-Schlüssel abgelehnt", "API key refused"),
        [SecurityEventTypes.PasskeyRegistered] = ("Passkey angelegt", "Passkey created"),
        [SecurityEventTypes.PasskeyDeleted] = ("Passkey entfernt", "Passkey removed"),
        [SecurityEventTypes.PasskeyRenamed] = ("Passkey umbenannt", "Passkey renamed"),
        [SecurityEventTypes.TwoFactorEnabled] = ("Zweiter Faktor eingeschaltet", "Second factor turned on"),
        [SecurityEventTypes.TwoFactorDisabled] = ("Zweiter Faktor ausgeschaltet", "Second factor turned off"),
        [SecurityEventTypes.TwoFactorVerified] = ("Code bestätigt", "Code confirmed"),
        [SecurityEventTypes.TwoFactorFailed] = ("Falscher Code", "Wrong code"),
        [SecurityEventTypes.BackupCodeUsed] = ("Notfallcode benutzt", "Backup code used"),
        [SecurityEventTypes.RefreshReuseDetected] = ("Kopierte Anmeldung entdeckt und beendet", "Copied sign-in found and ended"),
        [SecurityEventTypes.StepUpCompleted] = ("Noch einmal bestätigt", "Confirmed once more"),
        [SecurityEventTypes.StepUpFailed] = ("Bestätigung fehlgeschlagen", "Confirmation failed"),
        [SecurityEventTypes.EventDisowned] = ("\"Das war ich nicht\" gemeldet", "\"That wasn't me\" reported"),
        [SecurityEventTypes.DataExported] = ("Daten exportiert", "Data exported"),
        [SecurityEventTypes.VaultInitialised] = ("Tresor angelegt", "Vault created"),
        [SecurityEventTypes.VaultNewDevice] = ("Tresor auf einem neuen Gerät geöffnet", "Vault opened on a new device"),
        [SecurityEventTypes.VaultRotated] = ("Tresorschlüssel erneuert", "Vault key renewed"),
        [SecurityEventTypes.OrganizationCreated] = ("Space angelegt", "Space created"),
        [SecurityEventTypes.OrganizationDeleted] = ("Space gelöscht", "Space deleted"),
        [SecurityEventTypes.OrganizationInvitationAccepted] = ("Einladung angenommen", "Invitation accepted"),
        [SecurityEventTypes.OrganizationMemberInvited] = ("Mitglied eingeladen", "Member invited"),
        [SecurityEventTypes.OrganizationMemberRemoved] = ("Mitglied entfernt", "Member removed"),
        [SecurityEventTypes.OrganizationMemberRoleChanged] = ("Rolle geändert", "Role changed"),
        [SecurityEventTypes.AdminAction] = ("Handlung der Verwaltung", "Action of an administrator"),
    };

    /// <summary>What an intruder would have done. A failed try is somebody else's anyway, and closes nothing.</summary>
    static readonly HashSet<string> Foreign = new(StringComparer.Ordinal)
    {
        SecurityEventTypes.LoginSuccess, SecurityEventTypes.PasskeyLoginSuccess, SecurityEventTypes.NewDeviceLogin, SecurityEventTypes.PasswordChanged, SecurityEventTypes.PasswordResetCompleted,
        SecurityEventTypes.EmailChangeRequested, SecurityEventTypes.EmailChanged, SecurityEventTypes.ApiKeyCreated, SecurityEventTypes.PasskeyRegistered, SecurityEventTypes.TwoFactorDisabled,
        SecurityEventTypes.TwoFactorEnabled, SecurityEventTypes.BackupCodeUsed, SecurityEventTypes.DataExported, SecurityEventTypes.VaultNewDevice,
    };

    public static bool CanBeForeign(string type) => Foreign.Contains(type);

    /// <summary>A type without words is shown as it is.</summary>
    public static string Of(Page page, string type) => Words.TryGetValue(type, out var words) ? page[words.De, words.En] : type;
}
