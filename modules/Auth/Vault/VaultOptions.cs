using Mana.Kernel.Configuration;

namespace Mana.Auth.Vault;

/// <summary>Section <c>Auth:Vault</c>.</summary>
internal sealed class VaultOptions : IManaOptions
{
    /// <summary>The id of <c>MANA_AUTH_KEK</c>; also what the rows of the original say.</summary>
    public const string FirstKek = "env-v1";

    const int KeyLength = 32;

    /// <summary>
    /// <c>MANA_VAULT_KEKS</c>: further key-encryption keys, <c>id=base64</c>, comma-separated. Those that wrapped something stay listed until
    /// everything is wrapped by another one.
    /// </summary>
    public string Keks { get; set; } = "";

    /// <summary><c>MANA_VAULT_KEK</c>: the id that wraps from now on; what another one wrapped is wrapped again when it is next opened.</summary>
    public string CurrentKek { get; set; } = FirstKek;

    /// <summary>
    /// <c>VAULT_REQUIRE_RECOVERY_PROOF</c>: nobody becomes zero-knowledge without <c>keyCheck</c> (auth.md 20.5). Off, because the apps of
    /// today do not send it; on as soon as they do.
    /// </summary>
    public bool RequireRecoveryProof { get; set; }

    public IEnumerable<(string Id, byte[]? Key)> FurtherKeks() =>
        from entry in Keks.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        let parts = entry.Split('=', 2, StringSplitOptions.TrimEntries)
        select (parts[0], parts.Length == 2 ? Decoded(parts[1]) : null);

    public IEnumerable<string> Problems(bool production)
    {
        var further = FurtherKeks().ToList();
        if (further.Exists(kek => kek.Id.Length == 0 || kek.Key is null))
            yield return "MANA_VAULT_KEKS must be id=base64, comma-separated, each base64 of exactly 32 random bytes.";
        if (production && further.Exists(kek => kek.Key?.Distinct().Count() == 1))
            yield return "MANA_VAULT_KEKS holds a known default; set keys of your own.";
        var ids = further.Select(kek => kek.Id).Append(FirstKek).ToList();
        if (ids.Distinct(StringComparer.Ordinal).Count() != ids.Count)
            yield return $"MANA_VAULT_KEKS names a key twice, or {FirstKek}, which is MANA_AUTH_KEK.";
        if (!ids.Contains(CurrentKek, StringComparer.Ordinal))
            yield return $"MANA_VAULT_KEK names no key of MANA_VAULT_KEKS and is not {FirstKek}.";
    }

    static byte[]? Decoded(string text)
    {
        var bytes = new byte[KeyLength + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) && length == KeyLength ? bytes[..KeyLength] : null;
    }
}
