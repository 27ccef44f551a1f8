using System.Text.Json.Serialization;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Vault;

internal sealed record VaultStatusResponse(
    bool VaultExists, bool HasRecoveryWrap, bool ZeroKnowledge, [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? RecoverySetAt);

internal sealed record RecoveryWrapRequest(string RecoveryWrappedMk, string RecoveryIv);

internal sealed record ZeroKnowledgeRequest(bool Enable, string? MasterKey, string? KeyCheck, bool? RecoveryCodeEntered);

internal sealed record VaultDoneResponse(bool Ok, bool? ZeroKnowledge);

/// <summary>A key, or in zero-knowledge mode what the recovery code opens.</summary>
internal sealed record VaultKeyResponse(
    string? MasterKey, int FormatVersion, string? KekId, bool? RequiresRecoveryCode, string? RecoveryWrappedMk, string? RecoveryIv);

internal static class VaultHandlers
{
    public static async Task<IResult> StatusAsync(CurrentUser caller, VaultStatus status, CancellationToken cancellationToken) =>
        Results.Ok(await status.OfAsync(caller.UserId, cancellationToken));

    public static async Task<IResult> InitAsync(CurrentUser caller, ClientInfo client, VaultKeys keys, VaultJournal journal, CancellationToken cancellationToken) =>
        new VaultAnswer(await journal.KeepAsync(caller.UserId, client, await keys.InitAsync(caller.UserId, cancellationToken)));

    public static async Task<IResult> KeyAsync(CurrentUser caller, ClientInfo client, VaultKeys keys, VaultJournal journal, CancellationToken cancellationToken) =>
        new VaultAnswer(await journal.KeepAsync(caller.UserId, client, await keys.FetchAsync(caller.UserId, cancellationToken)));

    public static async Task<IResult> RotateAsync(CurrentUser caller, ClientInfo client, VaultKeys keys, VaultJournal journal, CancellationToken cancellationToken) =>
        new VaultAnswer(await journal.KeepAsync(caller.UserId, client, await keys.RotateAsync(caller.UserId, cancellationToken)));

    public static async Task<IResult> SetRecoveryAsync(
        CurrentUser caller, ClientInfo client, HttpRequest request, VaultRecovery recovery, VaultJournal journal, CancellationToken cancellationToken)
    {
        using var body = await VaultBody.ReadAsync(request, cancellationToken);
        var outcome = body.IsTooLarge
            ? VaultOutcome.Refused(VaultActions.RecoverySet, VaultRefusals.TooLarge)
            : await recovery.SetAsync(caller.UserId, RecoveryWrap.Of(body.Text("recoveryWrappedMk"), body.Text("recoveryIv")), cancellationToken);
        return new VaultAnswer(await journal.KeepAsync(caller.UserId, client, outcome));
    }

    public static async Task<IResult> ClearRecoveryAsync(
        CurrentUser caller, ClientInfo client, VaultRecovery recovery, VaultJournal journal, CancellationToken cancellationToken) =>
        new VaultAnswer(await journal.KeepAsync(caller.UserId, client, await recovery.ClearAsync(caller.UserId, cancellationToken)));

    public static async Task<IResult> ZeroKnowledgeAsync(
        CurrentUser caller, ClientInfo client, HttpContext context, VaultRecovery recovery, VaultGuard guard, VaultJournal journal, CancellationToken cancellationToken)
    {
        using var body = await VaultBody.ReadAsync(context.Request, cancellationToken);
        var enable = body.Flag("enable");
        var action = enable == false ? VaultActions.ZeroKnowledgeDisable : VaultActions.ZeroKnowledgeEnable;
        // Only here, because which of the two was wanted is in the body.
        if (await guard.RefuseAsync(context, action, stepUp: true, cancellationToken) is { } refused)
            return refused;
        var outcome = (body.IsTooLarge, enable) switch
        {
            (true, _) => VaultOutcome.Refused(action, VaultRefusals.TooLarge),
            (_, null) => VaultOutcome.Refused(action, VaultRefusals.BadRequest("enable must be true or false")),
            (_, true) => await recovery.EnableAsync(caller.UserId, new RecoveryProof(body.Text("keyCheck"), body.Flag("recoveryCodeEntered")), cancellationToken),
            _ => await DisableAsync(caller.UserId, body, recovery, cancellationToken),
        };
        return new VaultAnswer(await journal.KeepAsync(caller.UserId, client, outcome));
    }

    static async Task<VaultOutcome> DisableAsync(string userId, VaultBody body, VaultRecovery recovery, CancellationToken cancellationToken)
    {
        using var key = body.Key("masterKey");
        return await recovery.DisableAsync(userId, key, cancellationToken);
    }
}
