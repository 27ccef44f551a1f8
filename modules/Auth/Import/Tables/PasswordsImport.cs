using Mana.Auth.Passwords;

namespace Mana.Auth.Import.Tables;

/// <summary>The original's hashes as they are; they verify, and are made anew at the next sign-in. Only where the account has no password here.</summary>
internal sealed class PasswordsImport : ITableImport
{
    public SourceTable Source { get; } = new("accounts", ["id", "user_id", "provider_id", "password"], ["updated_at"])
    {
        Computed = [("place", "row_number() OVER (PARTITION BY user_id, provider_id ORDER BY (password IS NULL), id DESC)")],
        OrderBy = "user_id, id",
    };

    public TargetTable Target { get; } = new("users", "id", "password_hash")
    {
        Update = "password_hash = w.password_hash, password_changed_at = w.password_changed_at",
        Made = ["password_changed_at"],
        Condition = "t.password_hash IS NULL",
        NotStored = "the account has a password here, or is gone",
    };

    public Plan Read(OriginalRow row, Survey survey)
    {
        if (row["provider_id"] != "credential")
            return Plan.Skip("sign-in with another provider");
        if (!survey.IsAccepted(row["user_id"]))
            return Plan.Skip("its account is not imported");
        if (row["password"] is not { Length: > 0 } hash)
            return Plan.Skip("no password");
        if (row["place"] != "1")
            return Plan.Skip("another password of the same account");
        // bcrypt of the predecessor's broken routes, for one: it never let anybody in.
        return LegacyScrypt.IsLegacy(hash)
            ? Plan.Store(new() { ["id"] = row["user_id"], ["password_hash"] = hash, ["password_changed_at"] = row.Instant("updated_at") })
            : Plan.Skip("a hash that is not scrypt as the original made it: its owner asks for a new password");
    }
}
