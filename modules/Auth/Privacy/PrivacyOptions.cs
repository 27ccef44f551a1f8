using Mana.Auth.Data;
using Mana.Kernel.Configuration;

namespace Mana.Auth.Privacy;

/// <summary>Section <c>Auth:Privacy</c>: how long things are kept, in days.</summary>
internal sealed class PrivacyOptions : IManaOptions
{
    /// <summary><c>AUTH_IP_RETENTION_DAYS</c>: then an address becomes its network, in events, sessions and attempts (auth.md 22).</summary>
    public int AddressDays { get; set; } = 90;

    /// <summary><c>AUTH_ERASED_LOG_DAYS</c>: the security log of an erased person, which is a pseudonym and kinds of events by then.</summary>
    public int ErasedLogDays { get; set; } = 365;

    /// <summary><c>VAULT_AUDIT_DAYS</c>: lines of the vault's audit.</summary>
    public int VaultAuditDays { get; set; } = 730;

    /// <summary>Seconds that a request for an erasure waits for its end before it is answered with 202.</summary>
    public int ErasureSeconds { get; set; } = 10;

    public IEnumerable<string> Problems(bool production)
    {
        if (AddressDays is < 1 or > 3650)
            yield return "AUTH_IP_RETENTION_DAYS must be 1–3650.";
        if (ErasedLogDays is < 1 or > 3650)
            yield return "AUTH_ERASED_LOG_DAYS must be 1–3650.";
        if (VaultAuditDays is < VaultAuditRetention.FewestDays or > 3650)
            yield return $"VAULT_AUDIT_DAYS must be {VaultAuditRetention.FewestDays}–3650.";
        if (ErasureSeconds is < 0 or > 60)
            yield return "Auth:Privacy:ErasureSeconds must be 0–60.";
    }
}
