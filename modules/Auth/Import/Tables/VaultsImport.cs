using Mana.Auth.Vault;

namespace Mana.Auth.Import.Tables;

/// <summary>Wrapped master keys, to the letter. Whether they open is checked by <see cref="VaultOpening"/>.</summary>
internal sealed class VaultsImport : ITableImport
{
    public SourceTable Source { get; } = new(
        "encryption_vaults", ["user_id", "wrapped_mk", "wrap_iv"],
        ["format_version", "kek_id", "recovery_wrapped_mk", "recovery_iv", "recovery_format_version", "recovery_set_at", "zero_knowledge", "created_at", "rotated_at"])
    {
        Id = "user_id",
        OrderBy = "user_id",
    };

    public TargetTable Target { get; } = new(
        "encryption_vaults", "user_id", "wrapped_mk", "wrap_iv", "format_version", "kek_id", "recovery_wrapped_mk", "recovery_iv", "recovery_format_version",
        "recovery_set_at", "zero_knowledge", "created_at", "rotated_at")
    {
        Key = "user_id",
        OwnerColumn = "user_id",
        Condition = "EXISTS (SELECT 1 FROM auth.users u WHERE u.id = w.user_id)",
        NotStored = "its owner has a vault here, or is gone",
    };

    public Plan Read(OriginalRow row, Survey survey)
    {
        if (!survey.IsAccepted(row["user_id"]))
            return Plan.Skip("its account is not imported");
        var recovery = (Wrap: row["recovery_wrapped_mk"], Iv: row["recovery_iv"]);
        if (row["wrapped_mk"] is null && recovery.Wrap is null)
            return Plan.Skip("an empty vault");
        if ((row["wrapped_mk"] is null) != (row["wrap_iv"] is null) || (recovery.Wrap is null) != (recovery.Iv is null))
            return Plan.Skip("a wrap without its IV");
        return Plan.Store(
            new()
            {
                ["user_id"] = row["user_id"],
                ["wrapped_mk"] = row["wrapped_mk"],
                ["wrap_iv"] = row["wrap_iv"],
                ["format_version"] = row.Number("format_version") ?? 1,
                ["kek_id"] = row["kek_id"] ?? VaultOptions.FirstKek,
                ["recovery_wrapped_mk"] = recovery.Wrap,
                ["recovery_iv"] = recovery.Iv,
                ["recovery_format_version"] = row.Number("recovery_format_version") ?? 1,
                ["recovery_set_at"] = row.Instant("recovery_set_at"),
                ["zero_knowledge"] = row.Flag("zero_knowledge"),
                ["created_at"] = row.Created,
                ["rotated_at"] = row.Instant("rotated_at"),
            },
            recovery.Wrap is not null && !VaultOpening.CouldOpen(recovery.Wrap, recovery.Iv) ? "a recovery wrap that no code can open" : null);
    }
}

/// <summary>Who opened a vault, and when.</summary>
internal sealed class VaultAuditImport : ITableImport
{
    public SourceTable Source { get; } = new("encryption_vault_audit", ["id", "user_id", "action", "status"], ["ip_address", "user_agent", "context", "created_at"]) { OrderBy = "user_id, id" };

    public TargetTable Target { get; } = new("encryption_vault_audit", "id", "user_id", "action", "ip_address", "user_agent", "context", "status", "created_at")
    {
        OwnerColumn = "user_id",
        Condition = "EXISTS (SELECT 1 FROM auth.users u WHERE u.id = w.user_id)",
        NotStored = "there is one with its id here, or its account is gone",
    };

    public Plan Read(OriginalRow row, Survey survey)
    {
        if (!survey.IsAccepted(row["user_id"]))
            return Plan.Skip("its account is not imported");
        if (row["action"] is null || row.Number("status") is not { } status)
            return Plan.Skip("no action or no status");
        return Plan.Store(new()
        {
            ["id"] = row["id"],
            ["user_id"] = row["user_id"],
            ["action"] = row["action"],
            ["ip_address"] = row["ip_address"],
            ["user_agent"] = row["user_agent"],
            ["context"] = row["context"],
            ["status"] = status,
            ["created_at"] = row.Created,
        });
    }
}
