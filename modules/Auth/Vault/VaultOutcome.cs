using Mana.Kernel.Errors;

namespace Mana.Auth.Vault;

/// <summary>What a call to the vault gives back.</summary>
internal abstract record VaultReply
{
    /// <summary>Whoever receives it disposes the key.</summary>
    public sealed record Key(MasterKey MasterKey, string KekId) : VaultReply;

    /// <summary>Zero-knowledge: only the owner's secret opens it.</summary>
    public sealed record RecoveryBlob(string Wrapped, string Iv, short FormatVersion) : VaultReply;

    public sealed record Done(bool? ZeroKnowledge = null) : VaultReply;

    public sealed record Refused(ApiError Error) : VaultReply;

    /// <summary>There is a wrap of ours, and it does not open. Never reaches a client as it is.</summary>
    /// <param name="Reason">For the audit; holds no secret.</param>
    public sealed record Unopened(string Reason) : VaultReply;
}

/// <summary>A reply, and what the audit says of it.</summary>
/// <param name="Action">One of <see cref="VaultActions"/>.</param>
/// <param name="Status">HTTP status, with 201 for a vault that was made.</param>
/// <param name="Context">One of the words of auth.md 20.4, or null.</param>
internal sealed record VaultOutcome(string Action, int Status, string? Context, VaultReply Reply)
{
    public static VaultOutcome Refused(string action, ApiError error, string? context = null) => new(action, error.StatusCode, context, new VaultReply.Refused(error));

    public static VaultOutcome Unopened(string action, VaultReply? reply) =>
        Refused(action, VaultRefusals.UnwrapFailed, $"unwrap-failed: {(reply as VaultReply.Unopened)?.Reason ?? "no wrap"}");

    public static VaultOutcome Done(string action, string? context = null, bool? zeroKnowledge = null) => new(action, 200, context, new VaultReply.Done(zeroKnowledge));
}

internal static class VaultActions
{
    public const string Init = "init";
    public const string Fetch = "fetch";
    public const string Rotate = "rotate";
    public const string FailedFetch = "failed_fetch";
    public const string RecoverySet = "recovery_set";
    public const string RecoveryClear = "recovery_clear";
    public const string ZeroKnowledgeEnable = "zk_enable";
    public const string ZeroKnowledgeDisable = "zk_disable";
    public const string MissionGrant = "mission_grant";
}

/// <summary>The refusals of the vault (auth.md 20.4): a sentence in <c>error</c>, the word that clients branch on in <c>code</c> (envelope E4).</summary>
internal static class VaultRefusals
{
    public static readonly ApiError NotInitialised = Of(404, "VAULT_NOT_INITIALISED", "Vault not initialised");
    public static readonly ApiError RotateForbidden = Of(409, "ZK_ROTATE_FORBIDDEN", "The key cannot be rotated in zero-knowledge mode");
    public static readonly ApiError ZeroKnowledgeActive = Of(409, "ZK_ACTIVE", "Zero-knowledge mode is active");
    public static readonly ApiError RecoveryWrapMissing = Of(400, "RECOVERY_WRAP_MISSING", "Set up a recovery code first");
    public static readonly ApiError RecoveryProofRequired = Of(400, "RECOVERY_PROOF_REQUIRED", "Prove with keyCheck that you hold the key and the recovery code");
    public static readonly ApiError MasterKeyMismatch = Of(400, "MASTER_KEY_MISMATCH", "This is not the key of the vault");
    public static readonly ApiError UnwrapFailed = Of(500, "VAULT_UNWRAP_FAILED", "The vault cannot be opened");
    public static readonly ApiError TooLarge = Of(413, "BODY_TOO_LARGE", "The request body is larger than this endpoint accepts");

    public static ApiError BadRequest(string problem) => Of(400, "BAD_REQUEST", problem);

    public static ApiError Of(int status, string code, string text) => new(status, text, text) { Code = code };
}
