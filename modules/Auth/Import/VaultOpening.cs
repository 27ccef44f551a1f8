using System.Security.Cryptography;
using Mana.Auth.Contracts;
using Mana.Auth.Vault;

namespace Mana.Auth.Import;

/// <summary>
/// Opens every vault of the original with the keys of this server, before anybody moves over: a wrong key-encryption key must show now and
/// not when the original is gone. The keys are forgotten at once.
/// </summary>
internal sealed class VaultOpening(IMasterKeyWrapping wrapping)
{
    static readonly SourceTable Vaults = new("encryption_vaults", ["user_id", "wrapped_mk", "wrap_iv"], ["format_version", "kek_id"]) { Id = "user_id", OrderBy = "user_id" };

    /// <summary>Whether a wrap has the form of one; what opens it, only its owner has.</summary>
    public static bool CouldOpen(string? wrapped, string? iv) =>
        EnvironmentWrapping.Exactly(wrapped, EnvironmentWrapping.WrappedLength) is not null && EnvironmentWrapping.Exactly(iv, EnvironmentWrapping.IvLength) is not null;

    public async Task<AuthImportVaults> TryAllAsync(OriginalAuth original, Survey survey, Action<long> progress, CancellationToken cancellationToken)
    {
        var (opened, zeroKnowledge, tried) = (0L, 0L, 0L);
        var closed = new TableTally("encryption_vaults");
        await foreach (var row in original.RowsAsync(Vaults, cancellationToken))
        {
            progress(++tried);
            if (row["user_id"] is not { } owner || !survey.IsAccepted(owner))
                continue;
            if (row["wrapped_mk"] is not { } wrapped)
                zeroKnowledge++;
            else if (await ProblemAsync(owner, row, wrapped, cancellationToken) is { } problem)
                closed.Remark(problem, owner);
            else
                opened++;
        }

        return new AuthImportVaults(opened, zeroKnowledge, [.. closed.Remarks]);
    }

    async Task<string?> ProblemAsync(string owner, OriginalRow row, string wrapped, CancellationToken cancellationToken)
    {
        try
        {
            var key = new WrappedKey(wrapped, row["wrap_iv"] ?? "", (short)(row.Number("format_version") ?? EnvironmentWrapping.Unbound), row["kek_id"] ?? VaultOptions.FirstKek);
            using var opened = await wrapping.UnwrapAsync(owner, key, cancellationToken);
            return null;
        }
        catch (CryptographicException exception)
        {
            return exception.Message;
        }
    }
}
